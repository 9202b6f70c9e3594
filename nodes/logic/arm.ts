// A switch in the way of messages, turned by a person or by a message. Only plain words turn it: whatever else arrives is ignored.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { Message } from '../contract/events.ts'
import type { Because } from '../contract/trace.ts'
import { readOrder } from './order.ts'

export default defineNode({
  type: 'arm',
  version: 1,
  title: 'Arm',
  icon: 'hand-stop',
  group: 'logic',
  also: 'on off, on and off, alarm system, disarm, away, holiday, switch off, 布防, 撤防, 开关',
  does: ['arm'],
  help: [
    'Lets messages through while it is armed. Turn it on and off here, over the API, or with a message into "control".',
    'Example: between a model and a notification, disarmed while you are at home.',
    'A control message is the single word "on" or "off" ("arm", "disarm"), or has the field "armed" set to true or false.',
    'Messages and controls count in the order they come. It stays as it was over restarts. Over the API: POST /api/flows/<flow>/nodes/<node>/input with port "control" and text "off".',
  ].join('\n'),
  ports: {
    in: {
      message: port('message', { required: true, help: 'What passes while armed.' }),
      control: port('message', { label: 'Control', help: 'A message that says "on" or "off".' }),
    },
    out: {
      message: port('message', { help: 'What gets through.' }),
      changed: port('message', { label: 'Changed', help: 'Says when it was turned on or off.' }),
    },
  },
  config: z.object({
    initially: z
      .enum(['armed', 'disarmed'])
      .default('armed')
      .meta({
        label: 'At first',
        widget: 'segments',
        help: 'Until somebody turns it.',
        options: [
          { value: 'armed', label: 'Armed' },
          { value: 'disarmed', label: 'Disarmed' },
        ],
      }),
  }),
  card: '{{initially}} at first',
  needs: ['clock'],
  reasons: {
    armed: 'It was armed.',
    disarmed: 'It was disarmed since {sinceAt}.',
    'disarmed-at-first': 'It was disarmed, as it is at first.',
    turned: 'An order: it was turned {order}.',
    'no-order': 'No order: it says neither on nor off.',
  },
  state: (): { armed: boolean | null; sinceMs: number; held: number; ignored: number } => ({
    armed: null,
    sinceMs: 0,
    held: 0,
    ignored: 0,
  }),
  onTick: (_ports, { arrivals, config, state, clock, status, message, because }) => {
    let armed = state.armed ?? config.initially === 'armed'
    const passed: Message[] = []
    const changed: Message[] = []
    // One by one as they came: what was there before "off" passes, what was there before "on" does not.
    for (const arrival of arrivals) {
      if (arrival.port === 'message') {
        because(arrival.message, armed ? { code: 'armed' } : disarmedSince(state.sinceMs))
        if (armed) passed.push(arrival.message)
        else state.held++
        continue
      }
      const wanted = readOrder(arrival.message)
      if (wanted === undefined) state.ignored++
      because(
        arrival.message,
        wanted === undefined
          ? { code: 'no-order', isTaken: true }
          : { code: 'turned', params: { order: wanted ? 'on' : 'off' }, isTaken: true },
      )
      if (wanted === undefined || wanted === armed) continue
      armed = wanted
      state.sinceMs = clock.nowMs()
      changed.push(message(armed ? 'Armed.' : 'Disarmed.', { fields: { armed } }))
    }
    state.armed = armed
    status(armed ? 'Armed' : 'Disarmed', {
      tone: armed ? 'ok' : 'warn',
      data: { armed, sinceMs: state.sinceMs, held: state.held, ignored: state.ignored },
    })
    return { message: passed, changed }
  },
})

function disarmedSince(sinceMs: number): Because {
  if (sinceMs === 0) return { code: 'disarmed-at-first' }
  return { code: 'disarmed', params: { sinceAt: new Date(sinceMs).toISOString() } }
}
