// The whole product with cameras in the own network: a real RTSP one with a password and an MJPEG one. What its owner types is
// reached, tried at once and watched once saved; where a camera leads on its own is not. What one has kept is rehearsed afterwards.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip, makeJpegs, publishClip } from '../support/make-clip.ts'
import { startMjpegServer, type MjpegServer } from '../support/mjpeg-server.ts'
import { eventually, makeDataDir, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, statusOf } from '../support/product-flows.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'
import { startSlyCamera, type SlyCamera } from '../support/sly-camera.ts'

const login = { user: 'admin', password: 'ge:heim/@1 %', scheme: 'digest' } as const
const dataDir = makeDataDir()
let product: Product, model: FakeOrchestrator, rtsp: RtspServer, mjpeg: MjpegServer, sly: SlyCamera
let publisher: { stop(): Promise<void> }

beforeAll(async () => {
  model = await startFakeOrchestrator()
  rtsp = await startRtspServer({ login })
  publisher = publishClip(await makeClip(join(dataDir, 'live.mp4'), { seconds: 5 }), rtsp.url('live'))
  await rtsp.published('live')
  mjpeg = await startMjpegServer({ pictures: await makeJpegs(10), login })
  sly = await startSlyCamera(() => ({ redirect: `http://127.0.0.1:${mjpeg.port}/video` }))
  product = await startProduct({ dataDir })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
})
afterAll(async () => {
  await product.stop()
  await publisher.stop()
  await Promise.all([rtsp.close(), mjpeg.close(), sly.close(), model.stop()])
  removeFolder(dataDir)
})

const tryOut = async (config: Record<string, unknown>) =>
  (await product.request<{ ok: boolean; code?: string; width?: number }>('POST', '/api/cameras/test', { config })).body
const deploy = (camera: Record<string, unknown>) =>
  deployFlow(
    product,
    alertFlow({
      camera,
      model: { connection: 'vllm', instruction: 'Watch.' },
      notification: { channel: 'inbox', title: 'Alert' },
    }),
  )

it('tries a camera that was typed a moment ago, and none that this one leads to', async () => {
  expect(await tryOut({ kind: 'url', url: `http://127.0.0.1:${sly.port}/` })).toMatchObject({
    ok: false,
    code: 'CAMERA_HOST_NOT_APPROVED',
  })
  expect(await tryOut({ kind: 'rtsp', url: rtsp.url('live', login) })).toMatchObject({ ok: true, width: 320 })
  expect(await tryOut({ kind: 'url', url: mjpeg.url(login) })).toMatchObject({ ok: true, width: 320 })
})

it('watches both once they are drawn, with the passwords that were saved', async () => {
  for (const camera of [
    { kind: 'rtsp', url: rtsp.url('live', login) },
    { kind: 'url', url: mjpeg.url(login) },
  ]) {
    const flow = await deploy(camera)
    await eventually(`${camera.kind} is watched`, async () =>
      ((await statusOf(product, flow)).streams[0]?.ticks ?? 0) >= 2 ? true : undefined,
    )
    await product.request('POST', `/api/flows/${flow}/stop`)
  }
})

/** How bright the left and the right half of a picture are, of 255. */
function halves(jpeg: Uint8Array): [number, number] {
  const raw = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-i', 'pipe:0', '-vf', 'scale=2:1:flags=area', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    { input: jpeg },
  )
  return [raw[0] ?? -1, raw[1] ?? -1]
}

it('keeps what a live camera shows, masked and said on its card, and rehearses that stretch', async () => {
  const drawn = alertFlow({
    name: 'Kept',
    camera: { kind: 'rtsp', url: rtsp.url('live', login), keepHours: 1 },
    model: { connection: 'vllm', instruction: 'Watch.' },
    notification: { channel: 'inbox', title: 'Alert' },
  })
  const corners = [
    { x: 0, y: 0 },
    { x: 0.5, y: 0 },
    { x: 0.5, y: 1 },
    { x: 0, y: 1 },
  ]
  drawn.nodes.push({
    id: 'mask',
    type: 'privacy-mask',
    version: 1,
    position: { x: 130, y: 0 },
    config: { polygons: [corners] },
  })
  drawn.wires[0] = { from: { node: 'cam', port: 'frames' }, to: { node: 'mask', port: 'frames' } }
  drawn.wires.push({ from: { node: 'mask', port: 'frames' }, to: { node: 'codec', port: 'frames' } })
  const flow = await deployFlow(product, drawn)
  interface Kept {
    camera?: { kept?: { fromAt: string | null; bytes: number; trouble: string | null } }
    ticks: number
  }
  await eventually('some seconds are kept, and the card says so', async () => {
    const { ticks = 0, camera } = ((await statusOf(product, flow)).streams[0] ?? {}) as Partial<Kept>
    return ticks >= 4 && camera?.kept?.fromAt && camera.kept.bytes > 0 && camera.kept.trouble === null
      ? true
      : undefined
  })
  await product.request('POST', `/api/flows/${flow}/stop`)
  // Only then is the last picture written, and the time of it known to the millisecond.
  await eventually('it is stopped', async () => (await statusOf(product, flow)).state === 'stopped')
  const { body } = await product.request<{
    recordings: { stream: string; from: string; to: string; stretches: { from: string; to: string }[] }[]
  }>('GET', `/api/flows/${flow}/recordings`)
  const [kept] = body.recordings
  const stretch = kept!.stretches[0]!
  const pictureAt = async (atMs: number): Promise<Buffer> => {
    const at = new Date(atMs).toISOString()
    const frame = await fetch(`${product.url}/api/flows/${flow}/recordings/cam/frame?at=${at}`, {
      headers: { authorization: `Bearer ${testToken}` },
    })
    return Buffer.from(await frame.arrayBuffer())
  }
  const [left, right] = halves(await pictureAt(Date.parse(stretch.to)))
  expect(left).toBeLessThan(20)
  expect(right).toBeGreaterThan(40)
  const from = new Date(Math.max(Date.parse(stretch.from), Date.parse(stretch.to) - 4000)).toISOString()
  const begun = await product.request<{ rehearsal: { id: string } }>('POST', `/api/flows/${flow}/rehearsals`, {
    stretches: [{ stream: kept!.stream, from, to: stretch.to }],
  })
  expect(begun, JSON.stringify(begun.body)).toMatchObject({ status: 202 })
  const view = await eventually('the stretch is rehearsed', async () => {
    const { body: now } = await product.request<{
      state: string
      clips: { decisions: { mediaTimeS: number }[]; trouble: string | null }[]
    }>('GET', `/api/rehearsals/${begun.body.rehearsal.id}`)
    return now.state === 'running' ? undefined : now
  })
  expect(view).toMatchObject({ state: 'finished', clips: [{ trouble: null }] })
  // Every picture of it was looked at; a busy machine may have kept fewer than one a second. The first may be from before it.
  const pictures = new Set<string>()
  for (let atMs = Date.parse(from); atMs <= Date.parse(stretch.to); atMs += 200)
    pictures.add((await pictureAt(atMs)).toString('base64'))
  expect(view.clips[0]?.decisions.length).toBeGreaterThanOrEqual(pictures.size - 1)
  expect(pictures.size).toBeGreaterThan(1)
})
