// The first flow somebody gets: Fall alert, on the camera they have. Pure.
import type { Flow } from '../../nodes/contract/flow.ts'
import type { NodeTypes } from '../views.ts'

/** Closer than a column of the tidy layout: all five cards are readable on a laptop's screen. */
const spacingPx = 280

export type StarterCamera = { kind: 'file'; path: string } | { kind: 'url' | 'rtsp'; url: string } | { kind: 'browser' }

/** A complete flow that warns when a person falls: it deploys as it is, on the built-in model. */
export function fallAlert(camera: StarterCamera, types: NodeTypes): Flow {
  const config: Record<string, Record<string, unknown>> = {
    'camera-source': camera.kind === 'file' ? { ...camera, loop: true } : { ...camera },
    adacodec: {},
    'interaction-model': {
      connection: 'edge',
      instruction: 'Warn the moment a person falls.',
      watchFor: ['fall'],
      mode: 'sensitive',
    },
    cooldown: { quietMs: 30_000 },
    notification: { channel: 'inbox', title: 'Fall' },
  }
  const chain = Object.keys(config).filter((type) => type !== 'cooldown' || types.has('cooldown'))
  const ids: Record<string, string> = {
    'camera-source': 'camera',
    adacodec: 'codec',
    'interaction-model': 'model',
    cooldown: 'cooldown',
    notification: 'tell',
  }
  const nodes = chain.map((type, index) => ({
    id: ids[type] ?? type,
    type,
    version: types.get(type)?.version ?? 1,
    position: { x: index * spacingPx, y: 0 },
    config: config[type] ?? {},
  }))
  const wires = [
    wire('camera', 'frames', 'codec', 'frames'),
    wire('codec', 'frames', 'model', 'frames'),
    ...(chain.includes('cooldown')
      ? [wire('model', 'response', 'cooldown', 'message'), wire('cooldown', 'message', 'tell', 'message')]
      : [wire('model', 'response', 'tell', 'message')]),
  ]
  return {
    format: 'heed.flow/1',
    name: 'Fall alert',
    description: 'Warns the moment a person falls.',
    tags: ['care'],
    nodes,
    wires,
  }
}

function wire(from: string, fromPort: string, to: string, toPort: string): Flow['wires'][number] {
  return { from: { node: from, port: fromPort }, to: { node: to, port: toPort } }
}

/** How a typed address is best opened: RTSP has a kind of its own. */
export function cameraFromAddress(address: string): StarterCamera {
  const url = address.trim()
  return { kind: /^rtsps?:/i.test(url) ? 'rtsp' : 'url', url }
}
