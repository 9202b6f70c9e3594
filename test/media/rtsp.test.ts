// IP cameras over a real RTSP socket: password, silence, loss and return, and how little of the stream is decoded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../runtime/capabilities/clock.ts'
import { makeClip, publishClip } from '../support/make-clip.ts'
import { createMediaBench, fastTap, processesWith, type MediaBench } from '../support/media-bench.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'
import type { RtspLogin } from '../support/rtsp-messages.ts'

const login: RtspLogin = { user: 'admin', password: 'ge:heim/@1 %', scheme: 'digest' }
// ffmpeg sees the path of a camera and not its port: it is found by a name that no other run has.
const [often, rare, smart] = ['often', 'rare', 'smart'].map((name) => `${name}-${process.pid}`) as [string, string, string]
let bench: MediaBench
let camera: RtspServer
let locked: RtspServer
let publishers: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  bench = await createMediaBench({ silentAfterMs: 5000 })
  await makeClip(bench.clip('often.mp4'), { seconds: 10, size: '640x360', gop: 25 })
  await makeClip(bench.clip('rare.mp4'), { seconds: 12, size: '640x360', gop: 100 })
  await makeClip(bench.clip('sound.mp4'), { seconds: 10, sound: 'only' })
  camera = await startRtspServer()
  locked = await startRtspServer({ login })
  publishers = [publish(camera, 'often', often), publish(camera, 'rare', rare), publish(camera, 'sound'), publish(locked, 'often')]
  await Promise.all([camera.published(often), camera.published(rare), camera.published('sound'), locked.published('often')])
})
afterAll(async () => {
  await bench.close()
  await Promise.all(publishers.map((publisher) => publisher.stop()))
  await Promise.all([camera.close(), locked.close()])
})

function publish(server: RtspServer, clip: string, path = clip): { stop(): Promise<void> } {
  return publishClip(bench.clip(`${clip}.mp4`), server.url(path))
}

describe('an RTSP camera', () => {
  it('gives a picture a second, at once, and moves to keyframes alone without a gap', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url(often) })
    const first = await watching.until(() => true)
    expect(first).toMatchObject({ seq: 0, mediaTimeS: 0, full: { width: 640, height: 360 } })
    expect(await processesWith('skip_frame', `/${often}`)).toEqual([])
    await watching.until((frame) => frame.mediaTimeS > 10)
    expect(await processesWith('skip_frame', 'nokey', `/${often}`)).toHaveLength(1)
    expect(await processesWith('ffmpeg', `/${often}`, 'image2pipe')).toHaveLength(1)
    const { frames, error } = await watching.stop()
    expect(error?.code).toBe('RUN_STOPPED')
    const steps = frames.slice(2).map(({ mediaTimeS }, index) => mediaTimeS - frames[index + 1]!.mediaTimeS)
    expect(Math.max(...steps)).toBeLessThan(2.2)
    expect(Math.min(...steps)).toBeGreaterThan(0)
    expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index))
    expect(frames.length).toBeGreaterThanOrEqual(9)
  }, 30_000)

  it('begins with keyframes alone when it comes back, since it is known', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url(often) })
    await watching.until((frame) => frame.seq === 1)
    expect(await processesWith('skip_frame', 'nokey', `/${often}`)).toHaveLength(1)
    await watching.stop()
    expect(await processesWith('ffmpeg', `/${often}`, 'image2pipe')).toEqual([])
  })

  it('decodes every frame where keyframes are rare', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url(rare) })
    await watching.until((frame) => frame.mediaTimeS > 9)
    expect(await processesWith('skip_frame', `/${rare}`)).toEqual([])
    const { frames } = await watching.stop()
    expect(frames.length).toBeGreaterThanOrEqual(9)
  }, 30_000)

  it('serves the fast tap from the same decode', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url(often) }, { fast: fastTap })
    await watching.until((frame) => frame.mediaTimeS > 3)
    const { fast } = await watching.stop()
    const late = fast.filter(({ mediaTimeS }) => mediaTimeS > 1 && mediaTimeS <= 3)
    expect(late.length).toBeGreaterThanOrEqual(13)
    expect(late.length).toBeLessThanOrEqual(17)
  })

  it('comes over UDP where it is told to', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url(often), transport: 'udp' }, { fast: fastTap })
    await watching.until((frame) => frame.seq === 2)
    expect(await processesWith('rtsp_transport', 'udp', `/${often}`)).toHaveLength(1)
    await watching.stop()
  })

  it('is decoded whole once its keyframes become rare, as with a "smart" codec', async () => {
    const server = await startRtspServer()
    let publisher = publishClip(bench.clip('often.mp4'), server.url(smart))
    await server.published(smart)
    const before = bench.watch({ kind: 'rtsp', url: server.url(smart) })
    while ((await processesWith('skip_frame', `/${smart}`)).length === 0) await systemClock.sleep(200)
    await before.until((frame) => frame.mediaTimeS > 7)
    await before.stop()
    await publisher.stop()
    publisher = publishClip(bench.clip('rare.mp4'), server.url(smart))
    await server.published(smart)
    const after = bench.watch({ kind: 'rtsp', url: server.url(smart) })
    await after.until((frame) => frame.mediaTimeS > 11)
    expect(bench.logs()).toContain('Keyframes have become rare')
    const { frames } = await after.stop()
    const late = frames.filter(({ mediaTimeS }) => mediaTimeS > 8)
    expect(late.length).toBeGreaterThanOrEqual(3)
    expect(frames.every(({ mediaTimeS }, index) => index === 0 || mediaTimeS > frames[index - 1]!.mediaTimeS)).toBe(true)
    await publisher.stop()
    await server.close()
  }, 60_000)

  it('says that the password is refused, and takes the right one', async () => {
    const wrong = await bench.watch({ kind: 'rtsp', url: locked.url('often', { user: 'admin', password: 'falsch' }) }).ended
    expect(wrong.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_UNAUTHORIZED' })
    expect(wrong.error?.message).toBe(`The camera at 127.0.0.1:${locked.port} refused the password. Check user name and password in its settings.`)
    const right = bench.watch({ kind: 'rtsp', url: locked.url('often', login) }, { fast: fastTap })
    await right.until(() => true)
    await right.stop()
  })

  it('gets its password only when it is opened', async () => {
    const asked: string[] = []
    const sealed = await createMediaBench({
      fillCredentials: async (flowId, nodeId, url) => {
        asked.push(`${flowId} ${nodeId} ${url}`)
        return url.replace('***@', `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`)
      },
    })
    const url = locked.url('often').replace('rtsp://', 'rtsp://***@')
    const watching = sealed.watch({ kind: 'rtsp', url }, { fast: fastTap })
    await watching.until(() => true)
    await watching.stop()
    expect(asked).toEqual([`flow cam ${url}`])
    await sealed.close()
  })

  it('says that there is nothing under a path, or no video, or nobody at the port', async () => {
    const missing = await bench.watch({ kind: 'rtsp', url: camera.url('nothing') }).ended
    expect(missing.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_NOT_FOUND' })
    const sound = await bench.watch({ kind: 'rtsp', url: camera.url('sound') }).ended
    expect(sound.error).toMatchObject({ code: 'CAMERA_NO_VIDEO' })
    const nobody = await bench.watch({ kind: 'rtsp', url: 'rtsp://127.0.0.1:9/often' }).ended
    expect(nobody.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_REFUSED' })
    const unknown = await bench.watch({ kind: 'rtsp', url: 'rtsp://no-such-camera.invalid/often' }).ended
    expect(unknown.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_UNKNOWN_HOST' })
  }, 30_000)

  it('is lost when it falls silent, or closes, and comes back on the same port', async () => {
    const server = await startRtspServer()
    let publisher = publishClip(bench.clip('often.mp4'), server.url('again'))
    await server.published('again')
    const first = bench.watch({ kind: 'rtsp', url: server.url('again') }, { fast: fastTap })
    await first.until((frame) => frame.seq === 1)
    server.pause()
    expect((await first.ended).error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_SILENT' })
    server.resume()

    const second = bench.watch({ kind: 'rtsp', url: server.url('again') }, { fast: fastTap })
    await second.until((frame) => frame.seq === 1)
    await server.close()
    expect((await second.ended).error).toMatchObject({ name: 'RetryableError' })
    const away = await bench.watch({ kind: 'rtsp', url: server.url('again') }).ended
    expect(away.error?.code).toBe('CAMERA_REFUSED')

    await publisher.stop()
    await server.restart()
    publisher = publishClip(bench.clip('often.mp4'), server.url('again'))
    await server.published('again')
    const third = bench.watch({ kind: 'rtsp', url: server.url('again') }, { fast: fastTap })
    await third.until((frame) => frame.seq === 1)
    await third.stop()
    await publisher.stop()
    await server.close()
  }, 60_000)
})
