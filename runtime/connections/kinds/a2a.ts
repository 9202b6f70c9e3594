// Any agent that speaks the Agent2Agent protocol.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { apiKey, webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'a2a',
  title: 'Agent (A2A)',
  text: 'Any agent that speaks the Agent2Agent protocol.',
  icon: 'robot',
  group: 'agent',
  config: z.looseObject({ url: webAddress('https://agent.example.org', 'Where its agent card is found') }),
  secrets: [apiKey],
  can: { answer: 'agent2agent' },
  test: 'answer',
})
