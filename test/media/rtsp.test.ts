// IP cameras over a real RTSP socket: password, silence, loss and return, and how little of the stream is decoded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Frame } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/clock.ts'
import { makeClip, publishClip } from '../support/make-clip.ts'
import {
  childLines,
  childrenWith,
  createMediaBench,
  fastTap,
  type MediaBench,
  type Watching,
} from '../support/media-bench.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'
import type { RtspLogin } from '../support/rtsp-messages.ts'

const login: RtspLogin = { user: 'admin', password: 'ge:heim/@1 %', scheme: 'digest' }
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
  publishers = [
    publish(camera, 'often'),
    publish(camera, 'often', 'shared'),
    publish(camera, 'rare'),
    publish(camera, 'sound'),
    publish(locked, 'often'),
  ]
  await Promise.all([
    ...['often', 'shared', 'rare', 'sound'].map((path) => camera.published(path)),
    locked.published('often'),
  ])
})
afterAll(async () => {
  await bench.close()
  await Promise.all(publishers.map((publisher) => publisher.stop()))
  await Promise.all([camera.close(), locked.close()])
})

function publish(server: RtspServer, clip: string, path = clip): { stop(): Promise<void> } {
  return publishClip(bench.clip(`${clip}.mp4`), server.url(path))
}

/** A decoder of ours; ffmpeg sees the path of a camera and not its port. */
const decoders = (path: string, ...words: string[]): Promise<number[]> =>
  childrenWith('filter_complex', `/${path}`, ...words)

/** Waits while the camera is open; throws its error once it is not. */
async function eventually(watching: Watching, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const ended = watching.ended.then(({ error }) => {
    throw error ?? new Error('The camera ended.')
  })
  ended.catch(() => undefined)
  while (!(await Promise.race([isTrue(), ended]))) await Promise.race([systemClock.sleep(50), ended])
}

/** Resolves with the `count`th frame from now on. */
async function nextFrames(watching: Watching, count: number): Promise<void> {
  const nowMs = Date.now()
  await watching.until((_frame, all) => all.filter(({ atMs }) => atMs > nowMs).length >= count)
}

/** In turn, without a gap, on a clock that goes on. */
function expectInTurn(frames: Frame[]): void {
  expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index))
  expect(frames.every(({ mediaTimeS }, index) => index === 0 || mediaTimeS > frames[index - 1]!.mediaTimeS)).toBe(true)
}

// Side by side, since they mostly wait: each looks only for processes on a path of its own.
describe.concurrent('an RTSP camera', () => {
  it('gives a picture a second, at once, moves to keyframes alone without a gap, and begins with them when it comes back', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url('often') })
    const first = await watching.until(() => true)
    expect(first).toMatchObject({ seq: 0, mediaTimeS: 0, full: { width: 640, height: 360 } })
    expect(await decoders('often', 'skip_frame')).toEqual([])
    await eventually(watching, async () => (await decoders('often', 'skip_frame', 'nokey')).length === 1)
    await eventually(watching, async () => (await decoders('often')).length === 1)
    await nextFrames(watching, 3)
    expect(await decoders('often', 'skip_frame', 'nokey')).toHaveLength(1)
    const { frames, error } = await watching.stop()
    expect(error?.code).toBe('RUN_STOPPED')
    expectInTurn(frames)
    const steps = frames.slice(2).map(({ mediaTimeS }, index) => mediaTimeS - frames[index + 1]!.mediaTimeS)
    expect(Math.max(...steps)).toBeLessThan(2.2)

    const again = bench.watch({ kind: 'rtsp', url: camera.url('often') })
    await again.until((frame) => frame.seq === 1)
    expect(await decoders('often', 'skip_frame', 'nokey')).toHaveLength(1)
    await again.stop()
    expect(await decoders('often')).toEqual([])
  })

  it('decodes every frame where keyframes are rare', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url('rare') })
    const looks = (): Promise<number[]> => childrenWith('ffprobe', '/rare')
    await eventually(watching, async () => (await looks()).length === 1)
    await eventually(watching, async () => (await looks()).length === 0)
    await nextFrames(watching, 2)
    expect(await decoders('rare')).toHaveLength(1)
    expect(await decoders('rare', 'skip_frame')).toEqual([])
    const { frames } = await watching.stop()
    expectInTurn(frames)
    expect(frames.length).toBeGreaterThan(Math.floor(frames.at(-1)!.mediaTimeS))
  })

  it('serves the fast tap from the same decode', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url('shared') }, { fast: fastTap })
    await watching.until((frame) => frame.mediaTimeS > 4)
    const { fast } = await watching.stop()
    // 7.5 a second; a busy camera sends some of its pictures in one go.
    const late = fast.filter(({ mediaTimeS }) => mediaTimeS > 1 && mediaTimeS <= 4)
    expect(late.length).toBeGreaterThanOrEqual(18)
    expect(late.length).toBeLessThanOrEqual(27)
  })

  it('comes over UDP where it is told to', async () => {
    const watching = bench.watch({ kind: 'rtsp', url: camera.url('shared'), transport: 'udp' }, { fast: fastTap })
    await watching.until((frame) => frame.seq === 2)
    expect(await decoders('shared', 'rtsp_transport\0udp')).toHaveLength(1)
    await watching.stop()
  })

  it('is decoded whole once its keyframes become rare, as with a "smart" codec', async () => {
    const server = await startRtspServer()
    let publisher = publish(server, 'often', 'smart')
    await server.published('smart')
    const before = bench.watch({ kind: 'rtsp', url: server.url('smart') })
    await eventually(before, async () => (await decoders('smart', 'skip_frame')).length === 1)
    await before.stop()
    await publisher.stop()
    while (server.isPublished('smart')) await systemClock.sleep(20)
    publisher = publish(server, 'rare', 'smart')
    await server.published('smart')
    const after = bench.watch({ kind: 'rtsp', url: server.url('smart') })
    await eventually(after, () => bench.logs().includes('Keyframes have become rare'))
    await nextFrames(after, 4)
    expect(await decoders('smart', 'skip_frame')).toEqual([])
    const { frames } = await after.stop()
    expectInTurn(frames)
    // One a second again, where keyframes alone would be four seconds apart.
    expect(frames.at(-1)!.mediaTimeS - frames.at(-4)!.mediaTimeS).toBeLessThan(5)
    await publisher.stop()
    await server.close()
  })

  it('says that the password is refused, and takes the right one', async () => {
    const wrong = await bench.watch({ kind: 'rtsp', url: locked.url('often', { user: 'admin', password: 'falsch' }) })
      .ended
    expect(wrong.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_UNAUTHORIZED' })
    expect(wrong.error?.message).toBe(
      `The camera at 127.0.0.1:${locked.port} refused the password. Check user name and password in its settings.`,
    )
    const right = bench.watch({ kind: 'rtsp', url: locked.url('often', login) }, { fast: fastTap })
    await right.until(() => true)
    await right.stop()
  })

  it.each(['basic', 'digest'] as const)(
    'signs in by %s, and its password stands in no list of processes',
    async (scheme) => {
      const path = `signed-${scheme}`
      const secret = { ...login, user: 'waechter', scheme }
      const server = await startRtspServer({ login: secret })
      const publisher = publish(server, 'often', path)
      await server.published(path)
      const lines = new Set<string>()
      const watching = bench.watch({ kind: 'rtsp', url: server.url(path, secret) })
      const readers = (name: string): string[] => [...lines].filter((line) => line.includes(name))
      await eventually(watching, async () => {
        for (const line of await childLines()) lines.add(line)
        return ['ffprobe', 'filter_complex'].every((name) => readers(`/${path}`).some((line) => line.includes(name)))
      })
      await watching.stop()
      const { user, password } = secret
      const forms = [user, password, encodeURIComponent(password), 'ge:heim', 'ge%3Aheim']
      for (const form of forms) expect(readers(form)).toEqual([])
      await publisher.stop()
      await server.close()
    },
  )

  it('is called again when it closes with its question for a password, and a wrong one is tried once', async () => {
    const server = await startRtspServer({ login, closesUnsigned: true })
    const publisher = publish(server, 'often', 'closing')
    await server.published('closing')
    const before = server.connections()
    const wrong = await bench.watch({ kind: 'rtsp', url: server.url('closing', { user: 'admin', password: 'falsch' }) })
      .ended
    expect([wrong.error?.code, server.connections() - before]).toEqual(['CAMERA_UNAUTHORIZED', 2])
    const right = bench.watch({ kind: 'rtsp', url: server.url('closing', login) }, { fast: fastTap })
    await right.until((frame) => frame.seq === 1)
    await right.stop()
    await publisher.stop()
    await server.close()
  })

  it('takes a password in its address too, which stands in no list of processes either', async () => {
    const seen = new Set<string>()
    const url = camera.url('often?channel=1&user=waechter&password=ge-heim-4711')
    const watching = bench.watch({ kind: 'rtsp', url })
    const readers = (): string[] =>
      [...seen].filter((line) => line.includes('rtsp://127.0.0.1') && line.includes('/camera'))
    await eventually(watching, async () => {
      for (const line of await childLines()) seen.add(line)
      return ['ffprobe', 'filter_complex'].every((name) => readers().some((line) => line.includes(name)))
    })
    await watching.until(() => true)
    await watching.stop()
    expect([...seen].filter((line) => /ge-heim|waechter/.test(line))).toEqual([])
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
  })

  it('is lost when it falls silent, or closes, and comes back on the same port', async () => {
    const impatient = await createMediaBench({ silentAfterMs: 1500 })
    const server = await startRtspServer()
    let publisher = publish(server, 'often', 'again')
    await server.published('again')
    const first = impatient.watch({ kind: 'rtsp', url: server.url('again') }, { fast: fastTap })
    await first.until((frame) => frame.seq === 1)
    server.pause()
    expect((await first.ended).error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_SILENT' })
    server.resume()

    const second = impatient.watch({ kind: 'rtsp', url: server.url('again') }, { fast: fastTap })
    await second.until((frame) => frame.seq === 1)
    await server.close()
    expect((await second.ended).error).toMatchObject({ name: 'RetryableError' })
    const away = await impatient.watch({ kind: 'rtsp', url: server.url('again') }).ended
    expect(away.error?.code).toBe('CAMERA_REFUSED')

    await publisher.stop()
    await server.restart()
    publisher = publish(server, 'often', 'again')
    await server.published('again')
    const third = impatient.watch({ kind: 'rtsp', url: server.url('again') }, { fast: fastTap })
    await third.until((frame) => frame.seq === 1)
    await third.stop()
    await publisher.stop()
    await server.close()
    await impatient.close()
  })
})
