// The whole product with cameras in the own network: a real RTSP one with a password and an MJPEG one. What its owner types is
// reached, tried at once and watched once saved; where a camera leads on its own is not.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { makeClip, makeJpegs, publishClip } from '../support/make-clip.ts'
import { startMjpegServer, type MjpegServer } from '../support/mjpeg-server.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
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
}, 90_000)
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
}, 60_000)

it('watches both once they are drawn, with the passwords that were saved', async () => {
  for (const camera of [
    { kind: 'rtsp', url: rtsp.url('live', login) },
    { kind: 'url', url: mjpeg.url(login) },
  ]) {
    const flow = await deploy(camera)
    await eventually(
      `${camera.kind} is watched`,
      async () => (((await statusOf(product, flow)).streams[0]?.ticks ?? 0) >= 2 ? true : undefined),
      40_000,
    )
    await product.request('POST', `/api/flows/${flow}/stop`)
  }
}, 100_000)
