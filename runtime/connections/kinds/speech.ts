// A server that speaks and listens.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { apiKey, modelField, webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'speech',
  title: 'Speech server',
  text: 'Speaks and listens: vLLM-Omni, or any server with /v1/audio/speech and /v1/audio/transcriptions.',
  icon: 'volume',
  group: 'voice',
  config: z.looseObject({
    url: webAddress('http://192.168.1.20:8091', 'With or without /v1'),
    model: modelField(),
    voice: z
      .string()
      .max(200)
      .optional()
      .meta({ label: 'Voice', widget: 'text', placeholder: 'vivian', help: "The server's own when empty" }),
    transcriptionModel: modelField('Model for listening', 'Only if another model listens, such as whisper-1'),
    language: z
      .string()
      .max(40)
      .optional()
      .meta({ label: 'Language', widget: 'text', placeholder: 'en', help: 'Found out by the server when empty' }),
    format: z
      .enum(['wav', 'pcm'])
      .optional()
      .meta({ label: 'Sound format', advanced: true, help: 'What the server is asked to send' }),
    sampleRate: z.number().int().min(8000).max(96_000).optional().meta({
      label: 'Sample rate',
      widget: 'number',
      unit: 'Hz',
      advanced: true,
      help: 'Of raw sound that does not say its own',
    }),
  }),
  secrets: [apiKey],
  can: { speak: 'server', listen: 'server' },
  test: 'speak',
})
