// Lets one message through, then stays quiet. Never holds a message back for later: what comes too early is gone, and counted.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'

/** So many different texts are remembered; the one that opens first is forgotten first. */
const keptTexts = 200

interface State {
  /** By text, or by "" for all: when the next message may pass, in ms since 1970. */
  opensAtMs: Record<string, number>
  held: number
}

export default defineNode({
  type: 'cooldown',
  version: 1,
  title: 'Cooldown',
  icon: 'hourglass',
  group: 'logic',
  also: 'delay, pause, quiet, limit, rate limit, throttle, debounce, snooze, not too often, 冷却, 限流, 间隔',
  help: [
    'Lets one message through, then stays quiet for a while.',
    'Example: "Stay quiet for 1 min" between a model and a notification gives one alert a minute, however often the model speaks.',
    '"Per text" counts each wording for itself, so that a different alert still gets through.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What may be too much.' }) },
    out: { message: port('message', { help: 'What gets through.' }) },
  },
  config: z.object({
    quietMs: z
      .number()
      .min(1000)
      .max(7 * 86_400_000)
      .default(60_000)
      .meta({ label: 'Stay quiet for', widget: 'duration', help: 'Counted from the last message let through.' }),
    per: z
      .enum(['node', 'text'])
      .default('node')
      .meta({
        label: 'Count',
        widget: 'segments',
        help: 'Whether a different text may pass in the meantime.',
        options: [
          { value: 'node', label: 'All messages' },
          { value: 'text', label: 'Each text' },
        ],
      }),
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
  card: 'quiet {{quietMs}}',
  needs: ['clock'],
  reasons: {
    open: 'It was open: nothing had passed in the {quietMs} before.',
    quiet: 'Held until {opensAt}: it stays quiet for {quietMs} after each message.',
  },
  runs: ({ scope }) => (scope === 'all' ? 'once' : 'per-camera'),
  state: (): State => ({ opensAtMs: {}, held: 0 }),
  onTick: ({ message: messages }, { config, state, clock, status, because }) => {
    const now = clock.nowMs()
    const { quietMs } = config
    const passed = messages.filter((message) => {
      const key = config.per === 'text' ? normalize(message.text) : ''
      // A wall clock that was set back must not keep the door shut for longer than it was meant to be.
      const opensAtMs = Math.min(state.opensAtMs[key] ?? 0, now + quietMs)
      if (now < opensAtMs) {
        state.opensAtMs[key] = opensAtMs
        state.held++
        because(message, { code: 'quiet', params: { opensAt: new Date(opensAtMs).toISOString(), quietMs } })
        return false
      }
      state.opensAtMs[key] = now + quietMs
      because(message, { code: 'open', params: { quietMs } })
      return true
    })
    state.opensAtMs = forgetOpen(state.opensAtMs, now)
    const shutUntilMs = Math.max(0, ...Object.values(state.opensAtMs))
    status(shutUntilMs > now ? `Quiet for ${Math.ceil((shutUntilMs - now) / 1000)} s` : 'Open', {
      data: { held: state.held },
    })
    return { message: passed }
  },
})

function normalize(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim().slice(0, 200)
}

function forgetOpen(opensAtMs: Record<string, number>, now: number): Record<string, number> {
  const shut = Object.entries(opensAtMs)
    .filter(([, at]) => at > now)
    .sort((a, b) => b[1] - a[1])
  return Object.fromEntries(shut.slice(0, keptTexts))
}
