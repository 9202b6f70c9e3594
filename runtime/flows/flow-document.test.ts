// What is said of a document that came in: not more than anybody reads, and what an export left out of it.
import { describe, expect, it } from 'vitest'
import type { FlowInvalidError } from '../../nodes/contract/errors.ts'
import { lacksSecret } from '../../nodes/contract/address-secrets.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { checkFlow, readFlow } from './flow-document.ts'
import { withoutSecrets } from './flow-export.ts'
import type { Flow } from '../../nodes/contract/flow.ts'

const flowOf = (nodes: unknown[]): Flow =>
  ({ format: 'heed.flow/1', name: 'Yard', nodes, wires: [] }) as unknown as Flow
const nodeWith = (config: Record<string, unknown>): unknown => ({
  id: 'tell',
  type: 'not-here',
  version: 1,
  position: { x: 0, y: 0 },
  config,
})
const deps = {
  nodes: new Map(),
  connections: { list: () => Promise.resolve([]) },
  cameras: { infos: () => Promise.resolve([]) },
  flows: { lostSecrets: () => Promise.resolve([]) },
} as unknown as FlowsRouteDeps

describe('a document that came in', () => {
  it('is answered with the first 500 of its problems and the number of the others', () => {
    let refusal: FlowInvalidError | undefined
    try {
      readFlow(flowOf(Array.from({ length: 2400 }, () => ({ id: 'a' }))))
    } catch (thrown) {
      refusal = thrown as FlowInvalidError
    }
    const { problems } = refusal as unknown as { problems: { code: string; message: string }[] }
    expect(problems).toHaveLength(501)
    expect(problems.at(-1)?.code).toBe('FLOW_MORE_PROBLEMS')
    expect(problems.at(-1)?.message).toMatch(/^There are \d{1,3},\d{3} more problems\./)
  })

  it.each([
    'https://oapi.dingtalk.com/robot/send?access_token=hunter2',
    'https://hooks.slack.com/services/T0/B0/hunter2',
    'https://api.telegram.org/bot1:hunter2/sendMessage',
    'https://discord.com/api/webhooks/1/hunter2',
    'https://discord.com/api/webhooks/1/hunter2?wait=true',
    'https://chat.home/services/T024BE7LD/B0G9QF9GV/hunter2',
    'https://n8n.home/webhook/3f0c1c0e-8a1b-4b6e-9f62-1c2d3e4f5a6b',
    'rtmp://h/live/hunter2',
    'rtsp://h/x?token=hunter2',
    'srt://h:9000?mode=caller&passphrase=hunter2',
    'https://h/x?appSecret=hunter2',
  ])('says that %s came without its secret', async (url) => {
    const given = flowOf([nodeWith({ url })])
    const emptied = async (flow: Flow): Promise<unknown[]> =>
      (await checkFlow(deps, flow, { id: 'f1', unapprovedHosts: [] })).filter(
        ({ code }) => code === 'NODE_SECRET_EMPTY',
      )
    expect(await emptied(given)).toEqual([])
    expect(await emptied(withoutSecrets(given))).toMatchObject([{ node: 'tell', field: 'url', severity: 'warning' }])
  })

  it('says nothing of addresses that have no place for one, or a camera without a password', () => {
    const plain = ['https://example.org/hook', 'https://example.org/?size=', 'rtsp://10.0.0.7/user=a&password=&c=1', '']
    expect(plain.filter(lacksSecret)).toEqual([])
  })
})
