// Flows for pictures of the product: one in which everything happens, and one with a card for every form. Not a test.
import { alertFlow, deployFlow, type DrawnFlow } from '../support/product-flows.ts'
import type { Product } from '../support/product.ts'

type Config = Record<string, unknown>
type Node = DrawnFlow['nodes'][number]
const node = (id: string, type: string, x: number, y: number, config: Config = {}): Node => ({
  id,
  type,
  version: 1,
  position: { x, y },
  config,
})
const end = (text: string): { node: string; port: string } => ({
  node: text.split('.')[0] ?? '',
  port: text.split('.')[1] ?? '',
})
const wire = (from: string, to: string): DrawnFlow['wires'][number] => ({ from: end(from), to: end(to) })

const hidden = [
  [
    { x: 0.1, y: 0.1 },
    { x: 0.36, y: 0.1 },
    { x: 0.36, y: 0.46 },
    { x: 0.1, y: 0.46 },
  ],
]

/** Fall alert, as the README shows it, with what must be true on its clip. */
export function fallAlert(path: string): DrawnFlow & { tests: unknown[] } {
  const drawn = alertFlow({
    name: 'Fall alert',
    camera: { kind: 'file', path, loop: true },
    model: { connection: 'gpu', instruction: 'Warn the moment a person falls.' },
    notification: { channel: 'inbox', title: 'Fall', call: ['Ana +34 600 000 000', '112'] },
  })
  const expect = [{ within: [0, 60], action: 'response', textMatches: 'fallen' }]
  return { ...drawn, tests: [{ clip: path, expect, never: [{ action: 'response', textMatches: 'fire' }] }] }
}

/** A flow that hides, remembers, asks, speaks and tells. */
export function everything(path: string, hook: string): DrawnFlow {
  return {
    format: 'heed.flow/1',
    name: 'Living room',
    nodes: [
      node('cam', 'camera-source', 0, 0, { kind: 'file', path, loop: true }),
      node('mask', 'privacy-mask', 320, 0, { polygons: hidden }),
      node('part', 'crop', 320, 260, { rectangle: { x: 0, y: 0.05, width: 1, height: 0.95 } }),
      node('codec', 'adacodec', 640, 0),
      node('mind', 'memory', 640, 420),
      node('ear', 'voice-input', 640, 680, { connection: 'ears' }),
      node('model', 'interaction-model', 960, 0, {
        connection: 'gpu',
        instruction: 'Warn the moment a person falls. Answer what is asked.',
      }),
      node('arm', 'arm', 1280, 0),
      node('look', 'debug', 1600, 0),
      node('tell', 'notification', 1920, 0, {
        channel: 'inbox',
        title: 'Fall',
        repeatEveryM: 3,
        call: ['Ana +34 600 000 000', '112'],
      }),
      node('hook', 'notification', 1920, 420, { channel: 'webhook', url: hook, title: 'Fall' }),
      node('ask', 'delegate-to-agent', 1280, 420, { connection: 'doctor' }),
      node('say', 'tts', 1600, 420, {}),
    ],
    wires: [
      wire('cam.frames', 'mask.frames'),
      wire('mask.frames', 'part.frames'),
      wire('part.frames', 'codec.frames'),
      wire('codec.frames', 'model.frames'),
      wire('mind.memory', 'model.memory'),
      wire('ear.message', 'model.query'),
      wire('model.response', 'arm.message'),
      wire('arm.message', 'look.message'),
      wire('look.message', 'tell.message'),
      wire('look.message', 'hook.message'),
      wire('model.delegation', 'ask.delegation'),
      wire('ask.answer', 'model.answer'),
      wire('arm.message', 'say.message'),
    ],
  }
}

const channels: [string, Config][] = [
  ['inbox', {}],
  ['webhook', { url: 'https://example.org/hook' }],
  ['email', { connection: 'mail', to: 'ana@example.org' }],
  ['telegram', {}],
  ['slack', {}],
  ['discord', {}],
  ['ntfy', {}],
  ['web-push', {}],
  ['mqtt', { to: 'heed/alerts' }],
  ['wecom', {}],
  ['dingtalk', {}],
  ['feishu', {}],
]

/** One card of every type behind a camera, and one notification for every channel. */
export function everyForm(path: string, types: readonly string[]): DrawnFlow {
  const place = (index: number): [number, number] => [(index % 6) * 300, 300 + Math.floor(index / 6) * 220]
  const kinds = [
    ['rtsp', { url: 'rtsp://10.0.0.7:554/stream2' }],
    ['url', { url: 'https://example.org/live.m3u8' }],
    ['device', {}],
    ['browser', {}],
  ] as const
  return {
    format: 'heed.flow/1',
    name: 'Every form',
    wires: [
      wire('form-camera-source.frames', 'form-privacy-mask.frames'),
      wire('form-camera-source.frames', 'form-crop.frames'),
    ],
    nodes: [
      ...types
        .filter((type) => type !== 'notification')
        .map((type, index) =>
          node(
            `form-${type}`,
            type,
            ...place(index),
            type === 'camera-source' ? { kind: 'file', path } : type === 'privacy-mask' ? { polygons: hidden } : {},
          ),
        ),
      ...channels.map(([channel, config], index) =>
        node(`tell-${channel}`, 'notification', ...place(index + 30), {
          channel,
          title: 'Fall at {{time}}',
          ...config,
        }),
      ),
      ...kinds.map(([kind, config], index) =>
        node(`camera-${kind}`, 'camera-source', ...place(index + 48), { kind, ...config }),
      ),
    ],
  }
}

/** Saves a flow and gives its id. */
export async function saveFlow(product: Product, flow: DrawnFlow): Promise<string> {
  return (await product.request<{ id: string }>('POST', '/api/flows', flow)).body.id
}

/** A flow in trouble: its camera and its model are not there. */
export async function deployTrouble(product: Product): Promise<string> {
  await product.request('POST', '/api/connections', {
    name: 'away',
    kind: 'vllm-omni',
    config: { url: 'http://127.0.0.1:9' },
  })
  return await deployFlow(
    product,
    alertFlow({
      name: 'Hall',
      camera: { kind: 'rtsp', url: 'rtsp://127.0.0.1:9/none' },
      model: { connection: 'away', instruction: 'Warn of strangers.' },
      notification: { channel: 'inbox', title: 'Stranger' },
    }),
  )
}
