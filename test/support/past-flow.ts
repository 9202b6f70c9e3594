// A flow with a mask, a model and somebody to tell, whose past is looked at.
import type { PictureFilter } from '../../nodes/contract/frames.ts'

export const at = { x: 0, y: 0 }
export const wire = (from: string, fromPort: string, to: string, toPort: string) => ({
  from: { node: from, port: fromPort },
  to: { node: to, port: toPort },
})
const triangle = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
]
export const mask: PictureFilter = { do: 'mask', polygons: [triangle] }
const live = { kind: 'rtsp', url: 'rtsp://10.0.0.7/a' }
export const pastFlow = (camera: Record<string, unknown> = live) => ({
  format: 'heed.flow/1',
  name: 'Fall alert',
  nodes: [
    { id: 'cam', type: 'camera-source', version: 1, position: at, config: camera },
    { id: 'mask', type: 'privacy-mask', version: 1, position: at, config: { polygons: [triangle] } },
    {
      id: 'model',
      type: 'interaction-model',
      version: 1,
      position: at,
      config: { connection: 'vllm', instruction: 'Warn the moment a person falls.' },
    },
    { id: 'tell', type: 'notification', version: 1, position: at, config: { channel: 'inbox' } },
  ],
  wires: [
    wire('cam', 'frames', 'mask', 'frames'),
    wire('mask', 'frames', 'model', 'frames'),
    wire('model', 'response', 'tell', 'message'),
  ],
})
