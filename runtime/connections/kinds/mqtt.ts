// An MQTT broker.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { addressField } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'mqtt',
  title: 'MQTT',
  text: 'A broker, for Home Assistant and the like.',
  icon: 'route',
  group: 'channel',
  config: z.looseObject({
    url: addressField(['mqtt:', 'mqtts:', 'ws:', 'wss:'], 'mqtt://192.168.1.20:1883').meta({
      label: 'Address',
      widget: 'text',
      placeholder: 'mqtt://192.168.1.20:1883',
      help: 'mqtt, mqtts, ws or wss',
    }),
  }),
  secrets: [
    { name: 'user', label: 'User name', help: 'Only if the broker asks for one' },
    { name: 'password', label: 'Password', help: 'Only if the broker asks for one' },
  ],
  can: { notify: 'mqtt' },
  test: 'notify',
  testReceiver: () => 'heed/test',
})
