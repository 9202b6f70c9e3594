// Several ways into one. Keeps the order in which messages come, and leaves out what was said just now, if told so.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'

/** So many different texts are remembered; the oldest is forgotten first. */
const keptTexts = 200

export default defineNode({
  type: 'merge',
  version: 1,
  title: 'Merge',
  icon: 'route',
  group: 'logic',
  also: 'join, combine, collect, both, and, together, 合并',
  help: [
    'Brings several wires together into one, and says the same thing only once within a time.',
    'Example: two models watch one camera; "same text only once within 10 s" makes one alert of what both have seen.',
    'Texts count as the same whatever their capitals and spaces.',
  ].join('\n'),
  ports: {
    in: {
      a: port('message', { label: 'a', help: 'One of the ways in.' }),
      b: port('message', { label: 'b', help: 'One of the ways in.' }),
      c: port('message', { label: 'c', help: 'One of the ways in.' }),
      d: port('message', { label: 'd', help: 'One of the ways in.' }),
    },
    out: { message: port('message', { help: 'Everything that came in.' }) },
  },
  config: z.object({
    distinctMs: z
      .number()
      .min(0)
      .max(86_400_000)
      .default(0)
      .meta({ label: 'Same text only once within', widget: 'duration', help: '0: everything passes.' }),
    scope: z
      .enum(['camera', 'all'])
      .default('camera')
      .meta({
        label: 'For',
        widget: 'segments',
        advanced: true,
        help: 'Whether cameras are taken together.',
        options: [
          { value: 'camera', label: 'Each camera' },
          { value: 'all', label: 'All cameras' },
        ],
      }),
  }),
  card: 'once within {{distinctMs}}',
  needs: ['clock'],
  reasons: {
    new: 'It had not been said before.',
    twice: 'It had been said already within {distinctMs}.',
  },
  runs: ({ scope }) => (scope === 'all' ? 'once' : 'per-camera'),
  state: (): { saidMs: Record<string, number>; held: number } => ({ saidMs: {}, held: 0 }),
  onTick: (_ports, { arrivals, config, state, clock, status, because }) => {
    const now = clock.nowMs()
    const said = new Map(Object.entries(state.saidMs).filter(([, at]) => at <= now && now - at < config.distinctMs))
    const passed = arrivals
      .map(({ message }) => message)
      .filter((message) => {
        const { distinctMs } = config
        if (distinctMs === 0) return true
        // A prefix keeps texts such as "__proto__" plain keys.
        const key = `=${message.text.toLowerCase().replace(/\s+/g, ' ').trim().slice(0, 200)}`
        if (said.has(key)) {
          state.held++
          because(message, { code: 'twice', params: { distinctMs } })
          return false
        }
        said.set(key, now)
        because(message, { code: 'new' })
        return true
      })
    state.saidMs = Object.fromEntries([...said].slice(-keptTexts))
    status(state.held > 0 ? `${state.held} said twice` : 'Open', { data: { held: state.held } })
    return { message: passed }
  },
})
