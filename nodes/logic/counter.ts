// Waits until enough messages have come within a while, then lets the last one through. Counts anew after that.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'

export default defineNode({
  type: 'counter',
  version: 1,
  title: 'Counter',
  icon: 'timeline',
  group: 'logic',
  also: 'count, count people, how many, how often, number, several times, repeat, 计数, 统计, 次数',
  help: [
    'Lets one message through when so many have come within a time; then it counts anew.',
    'Example: 3 messages within 1 min: a person who waves once is nothing, three times is a call for help.',
    'The message that gets through carries the number as the field "count".',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What is counted.' }) },
    out: { message: port('message', { help: 'The message that made the number full.' }) },
  },
  config: z.object({
    count: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .meta({ label: 'Messages', widget: 'number', help: 'So many make one.' }),
    windowMs: z
      .number()
      .min(1000)
      .max(7 * 86_400_000)
      .default(60_000)
      .meta({ label: 'Within', widget: 'duration', help: 'Older ones no longer count.' }),
    scope: z
      .enum(['camera', 'all'])
      .default('camera')
      .meta({
        label: 'For',
        widget: 'segments',
        advanced: true,
        help: 'Whether cameras are counted together.',
        options: [
          { value: 'camera', label: 'Each camera' },
          { value: 'all', label: 'All cameras' },
        ],
      }),
  }),
  card: '{{count}} within {{windowMs}}',
  needs: ['clock'],
  reasons: {
    full: 'It was number {of} within {windowMs}.',
    counting: 'It was number {count} of {of} within {windowMs}: not enough yet.',
  },
  runs: ({ scope }) => (scope === 'all' ? 'once' : 'per-camera'),
  state: (): { timesMs: number[]; total: number } => ({ timesMs: [], total: 0 }),
  onTick: ({ message: messages }, { config, state, clock, status, because }) => {
    const now = clock.nowMs()
    const { count: of, windowMs } = config
    // What lies ahead was counted before the wall clock was set back: of now, at the latest.
    let timesMs = state.timesMs.map((at) => Math.min(at, now)).filter((at) => now - at < windowMs)
    const full = messages.filter((message) => {
      timesMs.push(now)
      const isFull = timesMs.length >= of
      because(message, {
        code: isFull ? 'full' : 'counting',
        params: isFull ? { of, windowMs } : { count: timesMs.length, of, windowMs },
      })
      if (!isFull) return false
      timesMs = []
      return true
    })
    state.timesMs = timesMs
    state.total += messages.length
    status(`${timesMs.length} of ${config.count}`, {
      data: { count: timesMs.length, of: config.count, total: state.total },
    })
    return { message: full.map((message) => ({ ...message, fields: { ...message.fields, count: config.count } })) }
  },
})
