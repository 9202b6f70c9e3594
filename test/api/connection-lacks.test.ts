// What a node's connection must be and have before a flow can be deployed.
import { describe, expect, it } from 'vitest'
import { lackOf as lackOfKind, type ConnectionInfo } from '../../nodes/contract/connections.ts'
import { buildFlow } from '../support/build-flow.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { connectionKinds, ofKind } from '../support/connection-kinds.ts'

const lackOf = (kind: string, secrets: string[]) => lackOfKind(connectionKinds.get(kind), secrets)
const nodes = await loadCatalogue()
const flow = buildFlow()
  .node('cam', 'camera-source', { kind: 'file', path: 'a.mp4' })
  .node('model', 'interaction-model', { connection: 'edge', instruction: 'Warn of falls.' })
  .node('tell', 'notification', { channel: 'telegram', connection: 'family', to: '1' })
  .wire('cam.frames', 'model.frames')
  .wire('model.response', 'tell.message')
  .build()

function problemsWith(family: ConnectionInfo | null): unknown[] {
  const connections = new Map<string, ConnectionInfo>([
    ['edge', { name: 'edge', ...ofKind('edge') }],
    ...(family ? [['family', family] as const] : []),
  ])
  return compileFlow(flow, { nodes, connections }).problems.map(({ code, node, field, message }) => [
    code,
    node,
    field,
    message,
  ])
}

describe('a connection', () => {
  it('that lacks a secret it cannot do without is named, with what it lacks', () => {
    const lacks = lackOf('telegram', [])
    expect(problemsWith({ name: 'family', ...ofKind('telegram'), ...(lacks ? { lacks } : {}) })).toEqual([
      [
        'NODE_CONNECTION_INCOMPLETE',
        'tell',
        'connection',
        'The connection “family” lacks its bot token. Enter it under Connections, then deploy again.',
      ],
    ])
  })

  it('that has what it needs is fine, whichever of several secrets it is', () => {
    expect(problemsWith({ name: 'family', ...ofKind('telegram') })).toEqual([])
    expect([
      lackOf('telegram', ['botToken']),
      lackOf('slack', ['token']),
      lackOf('slack', ['url']),
      lackOf('vllm-omni', []),
    ]).toEqual([undefined, undefined, undefined, undefined])
    expect(lackOf('slack', ['other'])).toBe('its webhook address or bot token')
  })

  it('that is not there is named too', () => {
    expect(problemsWith(null)).toMatchObject([
      ['NODE_CONNECTION_MISSING', 'tell', 'connection', expect.stringContaining('“family”')],
    ])
  })
})
