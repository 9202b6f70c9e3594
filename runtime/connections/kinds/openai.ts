// A plain server that speaks the OpenAI way and sees pictures.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { apiKey, modelField, webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'openai',
  title: 'Vision server',
  text: 'Any server that speaks the OpenAI way and sees pictures: vllm serve, llama.cpp, Ollama, LM Studio.',
  icon: 'eye',
  group: 'model',
  config: z.looseObject({
    url: webAddress('http://192.168.1.20:8000', 'With or without /v1'),
    model: modelField(),
    contextTokens: z.number().int().min(1024).max(2_000_000).optional().meta({
      label: 'Context',
      widget: 'number',
      unit: 'tokens',
      help: '8192 when empty; no more than the server was started with',
    }),
    windowFrames: z
      .number()
      .int()
      .min(1)
      .max(64)
      .optional()
      .meta({ label: 'Pictures at once', widget: 'number', help: '8 when empty' }),
    maxAnswerTokens: z
      .number()
      .int()
      .min(16)
      .max(4096)
      .optional()
      .meta({ label: 'Longest answer', widget: 'number', unit: 'tokens', help: '128 when empty' }),
    summaryModel: modelField('Model for summaries', 'A smaller one of the same server; the same when empty'),
  }),
  secrets: [apiKey],
  can: { watch: 'chat', instruct: 'chat', answer: 'chat' },
  test: 'watch',
})
