// Node-RED's inject, delay, trigger and rbe as timer, cooldown and filter: only the settings that do the same here.
import { textOf, type RedNode } from './document.ts'
import { one, type Translated } from './made.ts'

const unitMs: Record<string, number> = {
  milliseconds: 1,
  millisecond: 1,
  ms: 1,
  seconds: 1000,
  second: 1000,
  s: 1000,
  minutes: 60_000,
  minute: 60_000,
  min: 60_000,
  hours: 3_600_000,
  hour: 3_600_000,
  hr: 3_600_000,
  days: 86_400_000,
  day: 86_400_000,
}
const longestMs = 7 * 86_400_000

/** A length of time in ms, or why it cannot be one here. */
function lengthOf(amount: unknown, unit: unknown): number | string {
  const number = Number(textOf(amount))
  const perUnit = Object.hasOwn(unitMs, textOf(unit)) ? unitMs[textOf(unit)] : undefined
  const ms = number * (perUnit ?? Number.NaN)
  if (textOf(amount) === '' || !Number.isFinite(ms) || ms <= 0) return 'Its time is not a plain number.'
  if (ms > longestMs) return 'Its time is longer than a week, which is the longest here.'
  return ms
}

/** Under a second there is no tick: such a time is one second here. */
function ticked(ms: number): { ms: number; isExact: boolean; reason: string } {
  return ms < 1000
    ? { ms: 1000, isExact: false, reason: 'Heed goes by the second: its time became 1 s.' }
    : { ms, isExact: true, reason: '' }
}

export function injectOf(node: RedNode): Translated {
  const everyS = Number(textOf(node['repeat']))
  const cron = textOf(node['crontab']).trim()
  const byMinutes = /^\*\/(\d{1,2}) 0-23 \* \* \*$|^\*\/(\d{1,2}) \* \* \* \*$/.exec(cron)
  const minutes = Number(byMinutes?.[1] ?? byMinutes?.[2])
  if (cron !== '' && !(minutes > 0))
    return 'It speaks at hours of the day, which no node here does by itself; it can stay in Node-RED.'
  if (cron === '' && !(everyS > 0) && node['once'] === true)
    return 'It speaks once, when it is deployed; a timer here speaks again and again. It can stay in Node-RED.'
  if (cron === '' && !(everyS > 0))
    return 'It is pressed by hand. Here a message is sent into a flow from the canvas or over the API.'
  const { payload, payloadType = 'date' } = propsOf(node)
  if (!['date', 'str', 'num', 'bool'].includes(textOf(payloadType)))
    return `What it sends (${textOf(payloadType)}) is no plain text.`
  const length = cron === '' ? lengthOf(everyS, 's') : minutes * 60_000
  if (typeof length === 'string') return length
  const text = payloadType === 'date' ? '' : textOf(payload) || String(payload ?? '')
  if (text.length > 2000) return 'What it sends is longer than 2000 characters.'
  const { ms, reason } = ticked(length)
  const differs = [
    payloadType === 'date' && 'It says "It is time." instead of the time itself.',
    reason,
    node['once'] === true && 'It does not speak at the start as well.',
    cron !== '' && 'It counts from its start, not from the full hour.',
    saysMore(node) && 'Only its payload comes along, not its topic or other properties.',
  ].filter((each) => each !== false && each !== '')
  return one(
    'timer',
    { mode: 'every', everyMs: ms, text },
    { isExact: differs.length === 0, reason: differs.join(' ') },
  )
}

/** Whether it sets anything beside the payload. */
function saysMore(node: RedNode): boolean {
  const { props } = node
  if (!Array.isArray(props)) return textOf(node['topic']) !== ''
  return (props as unknown[]).some((each) => {
    const { p, v, vt } = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>
    if (p === 'payload') return false
    return p === 'topic' && (vt === 'str' || vt === undefined) ? textOf(v ?? node['topic']) !== '' : true
  })
}

/** What it sends: newer files list properties, older ones have one payload. */
function propsOf(node: RedNode): { payload?: unknown; payloadType?: unknown } {
  const { props } = node
  const listed = Array.isArray(props)
    ? (props as unknown[]).find(
        (each) => typeof each === 'object' && each !== null && (each as { p?: unknown }).p === 'payload',
      )
    : undefined
  const { v, vt } = (listed ?? {}) as { v?: unknown; vt?: unknown }
  return { payload: v ?? node['payload'], payloadType: vt ?? node['payloadType'] }
}

export function delayOf(node: RedNode): Translated {
  const kind = textOf(node['pauseType'])
  if (kind === 'delay') {
    const length = lengthOf(node['timeout'], node['timeoutUnits'])
    if (typeof length === 'string') return length
    const { ms, isExact, reason } = ticked(length)
    return one('timer', { mode: 'after', everyMs: ms, text: '', restarts: false }, { isExact, reason })
  }
  if (kind === 'queue' || kind === 'timed')
    return 'It holds messages of each topic back and lets them out in turn; nothing here does.'
  if (kind !== 'rate') return 'A pause that differs from message to message is not known here.'
  if (node['drop'] !== true) return 'It holds messages back and lets them out one by one; a cooldown here drops them.'
  if (node['allowrate'] === true) return 'A pause that differs from message to message is not known here.'
  const rate = Number(textOf(node['rate']))
  const length = lengthOf(Number(textOf(node['nbRateUnits'] ?? 1)) / rate, node['rateUnits'])
  if (typeof length === 'string') return length
  const { ms, isExact, reason } = ticked(length)
  const hasRest = Number(node['outputs']) === 2
  return one(
    'cooldown',
    { quietMs: ms, per: 'node' },
    {
      isExact: isExact && !hasRest,
      reason: hasRest ? 'What it drops does not leave by a second output here.' : reason,
    },
  )
}

export function triggerOf(node: RedNode): Translated {
  const { op1type, op2type, extend, bytopic } = node
  if (bytopic === 'topic') return 'It counts each topic for itself; messages here have none.'
  if (textOf(node['reset']) !== '') return 'It is reset by a word of the message, which no node here does.'
  const length = lengthOf(node['duration'], node['units'])
  if (typeof length === 'string')
    return Number(textOf(node['duration'])) === 0 ? 'It waits to be reset, which no node here does.' : length
  const { ms, isExact, reason } = ticked(length)
  const isSilentFirst = op1type === 'nul'
  if (!isSilentFirst && op1type === 'pay' && op2type === 'nul' && extend !== true)
    return one('cooldown', { quietMs: ms, per: 'node' }, { isExact, reason })
  if (isSilentFirst && extend === true && (op2type === 'payl' || op2type === 'str')) {
    const text = op2type === 'str' ? textOf(node['op2']) : ''
    if (text.length > 2000) return 'What it sends is longer than 2000 characters.'
    if (op2type === 'str' && text === '') return 'It sends an empty message, which is nothing here.'
    return one('timer', { mode: 'after', everyMs: ms, text, restarts: true }, { isExact, reason })
  }
  if (op1type === 'str' && op2type === 'nul' && extend !== true)
    return sayOnce(textOf(node['op1']), ms, isExact, reason)
  if (isSilentFirst)
    return 'It waits from the first message on, whatever comes meanwhile; the timer here waits for each message.'
  if (extend === true) return 'It stays closed until it has been quiet; a cooldown here opens after its time.'
  return 'It sends one thing first and another later; the timer and the cooldown here send one.'
}

/** A text of its own at most every so often: a cooldown, then the words. */
function sayOnce(text: string, quietMs: number, isExact: boolean, reason: string): Translated {
  if (text === '') return 'It sends an empty message, which is nothing here.'
  if (text.includes('{{') || text.length > 4000) return 'Its text would be read as a template here.'
  return {
    nodes: [
      { type: 'cooldown', config: { quietMs, per: 'node' } },
      { type: 'template', config: { text } },
    ],
    input: [[0, 'message']],
    outputs: [[[1, 'message']]],
    inner: [{ from: [0, 'message'], to: [1, 'message'] }],
    isExact,
    reason,
  }
}

export function rbeOf(node: RedNode): Translated {
  if (node['func'] !== 'rbe' && node['func'] !== 'rbei') return 'It compares numbers; here texts are compared.'
  const property = textOf(node['property'] ?? 'payload') || 'payload'
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(property)) return 'It looks at something inside a value, which no node here does.'
  const isFirst = node['func'] === 'rbe'
  const differs = [
    !isFirst && 'The very first message passes too.',
    node['septopics'] !== false && 'It compares all messages with each other, not each topic for itself.',
  ].filter((each) => each !== false)
  return one(
    'filter',
    { mode: 'changed', field: property === 'payload' ? '' : property, caseSensitive: true },
    {
      isExact: differs.length === 0,
      reason: differs.join(' '),
    },
  )
}
