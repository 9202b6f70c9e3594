// Who hears a question, by the words that come with the node types.
import { expect, it } from 'vitest'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { ofKind } from '../../test/support/connection-kinds.ts'
import type { NodeType } from '../views.ts'
import { whyUnheard } from './hearing.ts'

const reason = 'The built-in model takes no questions.'
const port = { kind: 'message' as const, label: 'Question', help: '', required: false, many: true, event: null }
const modelType: NodeType = {
  type: 'interaction-model',
  version: 1,
  title: 'Model',
  icon: 'eye',
  group: 'interaction',
  help: '',
  also: '',
  does: [],
  reasons: {},
  origin: null,
  role: 'tick',
  card: '',
  ports: { in: { query: { ...port, deafUnless: { connectionCan: 'instruct', why: reason } }, answer: port }, out: {} },
  config: {},
}
const types = new Map([[modelType.type, modelType]])
const connections = [
  { name: 'edge', ...ofKind('edge') },
  { name: 'hall', ...ofKind('vllm-omni') },
]
const model = (connection: string): FlowNode => ({
  id: connection,
  type: 'interaction-model',
  version: 1,
  position: { x: 0, y: 0 },
  config: { connection },
})

it('gives the reason of the node type when no model takes questions, and none while one does', () => {
  expect(whyUnheard([model('edge')], 'query', types, connections)).toBe(reason)
  expect(whyUnheard([model('edge'), model('hall')], 'query', types, connections)).toBeNull()
  expect(whyUnheard([model('hall')], 'query', types, connections)).toBeNull()
  expect(whyUnheard([model('gone')], 'query', types, connections)).toBeNull()
  expect(whyUnheard([model('edge')], 'answer', types, connections)).toBeNull()
  expect(whyUnheard([], 'query', types, connections)).toBeNull()
})
