// The interaction orchestrator of vLLM-Omni.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { apiKey, modelField, webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'vllm-omni',
  title: 'vLLM-Omni',
  text: 'The interaction orchestrator, usually on a machine with a graphics card.',
  icon: 'brain',
  group: 'model',
  config: z.looseObject({
    url: webAddress('http://192.168.1.20:8070', 'Of the orchestrator, not of the model behind it'),
    model: modelField(),
  }),
  secrets: [apiKey],
  can: { watch: 'orchestrator', instruct: 'orchestrator' },
  test: 'watch',
})
