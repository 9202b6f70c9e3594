// JoyAI's agent for what takes longer than a glance.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { apiKey, modelField, webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'background-agent',
  title: 'Background agent',
  text: "JoyAI's agent, which answers questions that take longer than a glance.",
  icon: 'robot',
  group: 'agent',
  config: z.looseObject({
    url: webAddress('http://192.168.1.20:8090', 'Of the agent; it is asked at /v1/solve'),
    model: modelField(),
    maxSubagents: z.number().int().min(1).max(50).optional().meta({
      label: 'Helpers at once',
      widget: 'number',
      advanced: true,
      help: "The agent's own number when empty",
    }),
  }),
  secrets: [apiKey],
  can: { answer: 'solve' },
  test: 'answer',
})
