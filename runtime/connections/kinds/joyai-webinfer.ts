// JoyAI's own interaction server.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'
import { apiKey, modelField, webAddress } from '../kind-fields.ts'

export default defineConnectionKind({
  kind: 'joyai-webinfer',
  title: 'JoyAI server',
  text: "JoyAI's own server, or its hosted API.",
  icon: 'cloud',
  group: 'model',
  config: z.looseObject({
    url: webAddress('http://192.168.1.20:8070', 'Of webinfer or of the hosted API'),
    model: modelField(),
  }),
  secrets: [apiKey],
  can: { watch: 'webinfer', instruct: 'webinfer' },
  test: 'watch',
})
