// What a flow of the Node-RED inside Heed sends, as a message: wire it where a person's word would go. It was written down outside the
// session; this node only passes it on, once.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'

export default defineNode({
  type: 'from-node-red',
  version: 1,
  title: 'From Node-RED',
  icon: 'topology-star',
  group: 'logic',
  also: 'nodered, sensor, button, switch, door, zigbee, z-wave, mqtt in, home automation, 传感器, 按钮, 智能家居',
  does: ['hear-node-red'],
  help: [
    'Sends on what a flow of the Node-RED inside Heed gives to its "heed out".',
    'Example: a door sensor that says "on", wired into the control of an Arm card.',
    'A button can start or stop an Until, and a text wired into the "Question" of a model asks it.',
    'What answers a Node-RED card does not come here: it goes on from that card.',
    'With several cameras it comes to each of them, once. Node-RED is switched on under System.',
  ].join('\n'),
  ports: {
    in: { arrived: port('message', { label: 'Arrived', help: 'Words from outside, as if Node-RED had sent them.' }) },
    out: { message: port('message', { event: 'message.sent', help: 'What came.' }) },
  },
  config: z.object({
    entry: z.string().trim().max(200).default('').meta({
      label: 'From',
      widget: 'node-red',
      nodeRed: 'exit',
      placeholder: 'door',
      help: 'The name of a "heed out" in Node-RED. Left empty: from any of them.',
    }),
  }),
  card: 'from {{entry}}',
  needs: ['clock'],
  state: () => ({ count: 0 }),
  onTick: ({ arrived }, ctx) => {
    const last = arrived.at(-1)
    if (last) {
      ctx.state.count += arrived.length
      ctx.status(last.text, { data: { last: last.text, count: ctx.state.count } })
    }
    return {
      message: arrived.map(({ fields, text }) => ctx.message(text, fields === undefined ? {} : { fields })),
    }
  },
})
