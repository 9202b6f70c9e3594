// A connection that was deleted while messages were on their way over it: said at the first try, in words that name it.
import { afterAll, expect, it } from 'vitest'
import delegate from '../../nodes/action/delegate-to-agent.ts'
import notification from '../../nodes/action/notification.ts'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { createAgents } from '../../runtime/agents/agents.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createMail } from '../../runtime/channels/mail.ts'
import { createMqtt } from '../../runtime/channels/mqtt.ts'
import { performAction } from '../../runtime/actions/perform.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { testClients } from '../support/test-clients.ts'
import { quietLog } from '../support/session-bench.ts'
import { testMessage } from '../support/test-node.ts'

const http = createHttp()
afterAll(() => http.close())
const connections = signingPort(async (name) => {
  throw new NotFoundError('CONNECTION_NOT_FOUND', `There is no connection named "${name}".`)
})

function perform(type: string, config: Record<string, unknown>) {
  const definition = type === 'notification' ? notification : delegate
  const node = { id: 'tell', type, version: 1, config: definition.config.parse({ connection: 'family', ...config }) }
  const message = testMessage('A person has fallen.', { eventId: 'e1' })
  return performAction(
    {
      action: {
        id: 'e1_tell',
        eventId: 'e1',
        flowId: 'flow1',
        streamId: 'flow1-cam',
        run: 1,
        node: 'tell',
        port: 'message',
        message,
      },
      attempt: 1,
      flow: { id: 'flow1', name: 'Fall alert', revision: 1 },
      node,
      routes: {},
    },
    {
      clock: fakeClock(),
      log: quietLog,
      nodes: new Map([[type, definition]]),
      http,
      connections,
      pictures: { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
      acknowledgeUrl: () => 'http://heed.test/ack',
      absoluteUrl: (path) => path,
      clients: testClients({
        mail: createMail({ connections, egress: createEgress() }),
        mqtt: createMqtt({ connections, egress: createEgress() }),
        agents: createAgents({ http, connections, commands: {}, waitingBefore: async () => 0 }),
      }),
    },
    new AbortController().signal,
  )
}

it.each([
  ['notification', { channel: 'webhook', url: 'http://127.0.0.1:9/hook' }],
  ['notification', { channel: 'email', to: 'ana@example.org' }],
  ['notification', { channel: 'telegram', to: '42' }],
  ['notification', { channel: 'slack' }],
  ['notification', { channel: 'discord' }],
  ['notification', { channel: 'ntfy', to: 'grandma' }],
  ['notification', { channel: 'mqtt', to: 'home/heed' }],
  ['notification', { channel: 'wecom' }],
  ['notification', { channel: 'dingtalk' }],
  ['notification', { channel: 'feishu' }],
  ['delegate-to-agent', {}],
] as const)('%s over %j fails at its first try', async (type, config) => {
  expect(await perform(type, config)).toMatchObject({
    state: 'failed',
    detail:
      'The connection "family" does not exist any more. Make it again under Connections, or choose another one in the flow.',
    events: [
      {
        kind: type === 'notification' ? 'notification.failed' : 'delegation.failed',
        fields: { text: 'A person has fallen.' },
      },
    ],
  })
})
