// Watches once: lets the first fitting message through, or says that the time is over, and stops. Goes by the ticks of its
// stream; never watches again before somebody starts it.
import { z } from 'zod'
import { duration } from '../contract/card-line.ts'
import { defineNode, port, type Arrival } from '../contract/define.ts'
import type { Message } from '../contract/events.ts'
import { readOrder } from './order.ts'
import { hasWord } from './words.ts'

interface State {
  /** Null until its first tick. */
  isWatching: boolean | null
  sinceMs: number
  /** How the last watch ended. */
  ended: 'said' | 'over' | 'off' | null
  /** Messages that came while it did not watch, or did not fit. */
  held: number
  /** Orders that were none. */
  ignored: number
}

const config = z.object({
  words: z.array(z.string().min(1).max(200)).max(100).default([]).meta({
    label: 'Until one of these words comes',
    widget: 'tags',
    placeholder: 'done',
    help: 'Left empty: until anything is said.',
  }),
  forMs: z
    .number()
    .min(0)
    .max(7 * 86_400_000)
    .default(60_000)
    .meta({ label: 'For at most', widget: 'duration', help: 'Then the time is over. 0: for as long as it takes.' }),
  text: z.string().max(2000).default('').meta({
    label: 'When the time is over',
    widget: 'text',
    placeholder: 'Nobody has come.',
    help: 'What it says then. Left empty: "Nothing came within 1 min."',
  }),
  initially: z
    .enum(['watching', 'waiting'])
    .default('watching')
    .meta({
      label: 'At first',
      widget: 'segments',
      help: 'Whether it begins with the flow, or once it is started.',
      options: [
        { value: 'watching', label: 'Watching' },
        { value: 'waiting', label: 'Waiting' },
      ],
    }),
})
type Config = z.output<typeof config>

export default defineNode({
  type: 'until',
  version: 1,
  title: 'Until',
  icon: 'hourglass',
  group: 'logic',
  does: ['arm'],
  help: [
    'Watches once: until something is said or a time is over. Then it says so and stops.',
    'Example: the words "boils" and 10 min: told when the pot boils, or after 10 min that it has not.',
    '"Said" carries the first message that fits, "Time over" says that none came. What comes later is counted and goes nowhere.',
    'Any message into "Start again" begins the watch anew. The switch on the card does too; over the API: POST /api/flows/<flow>/nodes/<node>/input with port "control" and text "on" or "off".',
    'A restart, or a change of the flow, neither begins it anew nor gives it more time.',
  ].join('\n'),
  ports: {
    in: {
      message: port('message', { required: true, help: 'What it waits for.' }),
      start: port('message', { label: 'Start again', help: 'Any message here begins the watch anew.' }),
      control: port('message', { label: 'Control', help: 'A message that says "on" or "off".' }),
    },
    out: {
      said: port('message', { label: 'Said', help: 'The message that ended the watch.' }),
      over: port('message', { label: 'Time over', silentWithout: 'forMs', help: 'Says that the time is over.' }),
    },
  },
  config,
  card: 'once, for at most {{forMs}}',
  needs: ['clock'],
  reasons: {
    said: 'It was what was waited for.',
    unfit: 'It holds none of the words that are waited for.',
    over: 'The watch is over, or has not begun.',
    order: 'An order to start, or to switch on or off.',
    'no-order': 'No order: it says neither on nor off.',
  },
  state: (): State => ({ isWatching: null, sinceMs: 0, ended: null, held: 0, ignored: 0 }),
  onTick: (_ports, { arrivals, config, state, clock, status, message, because }) => {
    const now = clock.nowMs()
    if (state.isWatching === null) turn(state, config.initially === 'watching', now)
    const said: Message[] = []
    // One by one as they came: what was there before "start" is not what is waited for after it.
    for (const arrival of arrivals) {
      const order = orderIn(arrival)
      if (arrival.port !== 'message')
        because(arrival.message, { code: order === undefined ? 'no-order' : 'order', isTaken: true })
      if (arrival.port === 'message') {
        const isFit = fits(arrival.message, config)
        because(arrival.message, { code: !state.isWatching ? 'over' : isFit ? 'said' : 'unfit' })
        if (state.isWatching && isFit) {
          said.push(arrival.message)
          end(state, 'said')
        } else state.held++
      } else if (order === undefined) state.ignored++
      // Switched on twice it goes on; started again it begins anew.
      else if (arrival.port === 'start' || order !== state.isWatching) {
        turn(state, order, now)
        if (!order) end(state, 'off')
      }
    }
    // A wall clock that was set back must not give it more than its whole time.
    state.sinceMs = Math.min(state.sinceMs, now)
    const over: Message[] = []
    if (state.isWatching && config.forMs > 0 && now - state.sinceMs >= config.forMs) {
      const words = config.text.trim() || `Nothing came within ${duration(config.forMs)}.`
      over.push(message(words, { fields: { watchedS: Math.round((now - state.sinceMs) / 1000) } }))
      end(state, 'over')
    }
    const text = statusOf(state, config, now)
    const { isWatching, sinceMs, ended, held, ignored } = state
    // To have stopped is what it is for: no trouble.
    status(text, { data: { armed: isWatching, detail: text, sinceMs, ended, held, ignored } })
    return { said, over }
  },
})

function orderIn({ port: name, message }: Arrival): boolean | undefined {
  return name === 'start' ? true : readOrder(message)
}

function fits({ text }: Message, { words }: Config): boolean {
  return words.length === 0 || words.some((word) => hasWord(text, word))
}

function turn(state: State, isWatching: boolean, nowMs: number): void {
  state.isWatching = isWatching
  if (isWatching) Object.assign(state, { sinceMs: nowMs, ended: null })
}

function end(state: State, how: NonNullable<State['ended']>): void {
  state.isWatching = false
  state.ended = how
}

const endings = {
  said: 'It was said: stopped.',
  over: 'The time is over: stopped.',
  off: 'Stopped.',
} as const

function statusOf({ isWatching, sinceMs, ended }: State, { forMs }: Config, nowMs: number): string {
  if (!isWatching) return ended === null ? 'Waits to be started.' : endings[ended]
  if (forMs === 0) return 'Watching.'
  return `Watching, ${duration(Math.ceil((sinceMs + forMs - nowMs) / 1000) * 1000)} left.`
}
