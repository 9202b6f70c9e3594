// Speaks every so often, or hands each message on after a while. Goes by the ticks of its stream, so it is never early and at most a tick late.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { Message } from '../contract/events.ts'

/** Messages that wait at the same time; the state is saved with every tick. */
const mostWaiting = 50

interface State {
  nextMs: number | null
  waiting: { dueMs: number; message: Message }[]
  dropped: number
}

export default defineNode({
  type: 'timer',
  version: 1,
  title: 'Timer',
  icon: 'timer',
  group: 'logic',
  also: 'delay, wait, later, every, interval, cron, repeat, remind, 延时, 延迟, 定时器',
  help: [
    'Every so often: sends a message by itself. After: hands each message on when the time is over.',
    'Example: every 1 h "What is in the picture?" into the query of a model; or 5 min after a message, a second look.',
    'With "start again", a new message takes the place of the one that waits: it comes when it has been quiet for so long.',
    'What waits survives a restart. A message into "cancel" forgets everything that waits.',
  ].join('\n'),
  ports: {
    in: {
      message: port('message', { help: 'What is to come later; not needed for "every".' }),
      cancel: port('message', { label: 'Cancel', help: 'Any message here forgets what waits.' }),
    },
    out: { message: port('message', { help: 'When it is time.' }) },
  },
  config: z.object({
    mode: z
      .enum(['every', 'after'])
      .default('every')
      .meta({
        label: 'When',
        widget: 'segments',
        help: 'By itself, or for each message.',
        options: [
          { value: 'every', label: 'Every' },
          { value: 'after', label: 'After a message' },
        ],
      }),
    everyMs: z
      .number()
      .min(1000)
      .max(7 * 86_400_000)
      .default(60_000)
      .meta({ label: 'Time', widget: 'duration', help: 'Between two messages, or how long each one waits.' }),
    text: z.string().max(2000).default('').meta({
      label: 'Text',
      widget: 'text',
      placeholder: 'What is in the picture?',
      help: 'What it says. Left empty: "It is time.", or the message that waited.',
    }),
    restarts: z
      .boolean()
      .default(false)
      .meta({
        label: 'Start again with each message',
        widget: 'toggle',
        showIf: { field: 'mode', is: ['after'] },
        help: 'Only the newest message waits.',
      }),
  }),
  card: '{{mode}} {{everyMs}}',
  needs: ['clock'],
  reasons: {
    waits: 'It waits until {dueAt}.',
    due: 'Its time had come.',
    forgotten: 'Forgotten: a newer one took its place, or it was cancelled.',
    full: 'Forgotten: too many wait already.',
    unused: 'It sends by itself, and takes no message.',
    cancel: 'An order: what waited was forgotten.',
  },
  state: (): State => ({ nextMs: null, waiting: [], dropped: 0 }),
  onTick: ({ cancel }, { arrivals, config, state, clock, status, message, because }) => {
    const now = clock.nowMs()
    for (const order of cancel) because(order, { code: 'cancel', isTaken: true })
    if (config.mode === 'every') {
      for (const arrival of arrivals) if (arrival.port !== 'cancel') because(arrival.message, { code: 'unused' })
      // A wall clock that was set back must not make it wait for longer than once around.
      const nextMs = cancel.length > 0 ? now + config.everyMs : Math.min(state.nextMs ?? Infinity, now + config.everyMs)
      const isDue = now >= nextMs
      // Rounds that were missed are not made up: one message says it.
      state.nextMs = isDue ? nextMs + (Math.floor((now - nextMs) / config.everyMs) + 1) * config.everyMs : nextMs
      status(`In ${Math.ceil((state.nextMs - now) / 1000)} s`, { data: { nextMs: state.nextMs } })
      return { message: isDue ? [message(config.text || 'It is time.')] : [] }
    }
    // What came after the last cancel waits; what came before it is forgotten with the rest.
    const messages = arrivals
      .slice(arrivals.findLastIndex(({ port: name }) => name === 'cancel') + 1)
      .map((arrival) => arrival.message)
    if (cancel.length > 0) state.waiting = []
    const kept = config.restarts && messages.length > 0 ? [] : state.waiting
    const fresh = (config.restarts ? messages.slice(-1) : messages).map((each) => ({
      dueMs: now + config.everyMs,
      message: each,
    }))
    const waiting = [...kept.map((each) => ({ ...each, dueMs: Math.min(each.dueMs, now + config.everyMs) })), ...fresh]
    state.dropped += Math.max(0, waiting.length - mostWaiting)
    const dueAt = new Date(now + config.everyMs).toISOString()
    for (const { port: name, message: each } of arrivals) {
      if (name === 'cancel') continue
      const place = waiting.findIndex((kept) => kept.message === each)
      const lost = place < 0 ? 'forgotten' : 'full'
      const isKept = place >= waiting.length - mostWaiting && place >= 0
      because(each, isKept ? { code: 'waits', params: { dueAt } } : { code: lost })
    }
    const bounded = waiting.slice(-mostWaiting)
    state.waiting = bounded.filter(({ dueMs }) => dueMs > now)
    const next = state.waiting[0]
    status(
      next ? `${state.waiting.length} waiting, next in ${Math.ceil((next.dueMs - now) / 1000)} s` : 'Nothing waits',
      { data: { waiting: state.waiting.length, dropped: state.dropped } },
    )
    const due = bounded.filter(({ dueMs }) => dueMs <= now)
    for (const { message: each } of due) because(each, { code: 'due' })
    return {
      message: due.map(({ message: each }) => (config.text === '' ? each : { ...each, text: config.text })),
    }
  },
})
