// The camera node: what it asks of the media capability, and what it says of a camera that is not set up.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { CameraSpec, MediaPort } from '../contract/capabilities.ts'
import type { SourceContext } from '../contract/define.ts'
import { defaultTaps } from '../contract/frames.ts'
import { filledInWords } from '../contract/template.ts'
import camera from './camera-source.ts'

const checkContext = { connection: () => undefined }
const check = (config: Record<string, unknown>) => camera.check!(camera.config.parse(config), checkContext)
const codes = (config: Record<string, unknown>): string[] => check(config).map(({ field, code }) => `${field}: ${code}`)

describe('camera-source', () => {
  it('says which field is missing for each kind', () => {
    expect(codes({ kind: 'file' })).toEqual(['path: CAMERA_PATH_MISSING'])
    expect(codes({ kind: 'rtsp', path: 'left-over.mp4' })).toEqual(['url: CAMERA_URL_MISSING'])
    expect(codes({ kind: 'url', url: '  ' })).toEqual(['url: CAMERA_URL_MISSING'])
    expect(codes({ kind: 'device', device: '/etc/passwd' })).toEqual(['device: CAMERA_DEVICE_INVALID'])
    expect(codes({ kind: 'browser' })).toEqual([])
  })

  it('takes the addresses that cameras have', () => {
    expect(codes({ kind: 'rtsp', url: 'rtsp://***@10.0.0.7:554/stream2' })).toEqual([])
    expect(codes({ kind: 'url', url: 'https://cam.example/live.m3u8' })).toEqual([])
    expect(codes({ kind: 'url', url: 'rtmp://cam.example/live/key' })).toEqual([])
    expect(codes({ kind: 'file', path: 'fall.mp4' })).toEqual([])
  })

  it('refuses addresses of another kind, of files and of nothing', () => {
    for (const url of ['http://10.0.0.7/', 'file:///etc/passwd', 'concat:a|b', '-i', '10.0.0.7', 'rtsp://']) {
      expect(codes({ kind: 'rtsp', url }), url).toEqual(['url: CAMERA_URL_INVALID'])
    }
    for (const url of [
      'file:///etc/passwd',
      'ftp://host/a',
      'data:video/mp4;base64,AA',
      'pipe:0',
      'subfile,,start,0,end,9,,:/etc/passwd',
    ]) {
      expect(codes({ kind: 'url', url }), url).toEqual(['url: CAMERA_URL_INVALID'])
    }
  })

  it('takes no address whose host a message would fill in', () => {
    for (const [kind, url] of [
      ['rtsp', 'rtsp://h{{text}}.evil.example/'],
      ['url', 'http://*.example/live'],
      ['rtsp', 'rtsp://cam:{{fields.port}}/'],
    ]) {
      expect(check({ kind, url }), url).toEqual([
        { port: null, field: 'url', code: 'CAMERA_URL_INVALID', severity: 'error', message: filledInWords },
      ])
    }
    expect(codes({ kind: 'url', url: 'http://admin:{*}@cam.example/live?name={a}' })).toEqual([])
  })

  it('never repeats an address in a problem, since it may hold a password', () => {
    const messages = check({ kind: 'rtsp', url: 'http://admin:geheim@10.0.0.7/' }).map(({ message }) => message)
    expect(messages.join()).not.toContain('geheim')
  })

  it('fills in the defaults of the public contract', () => {
    expect(camera.config.parse({ kind: 'file', path: 'fall.mp4' })).toMatchObject({
      loop: false,
      transport: 'tcp',
      lostAfterS: 5,
      frozenAfterS: 30,
    })
  })

  it('describes every field of its form', () => {
    const { properties } = z.toJSONSchema(camera.config, { io: 'input' }) as {
      properties: Record<string, { label?: string; widget?: string }>
    }
    for (const [name, field] of Object.entries(properties))
      expect(field, name).toMatchObject({ label: expect.any(String), widget: expect.any(String) })
  })

  it('asks the media capability for exactly what is drawn', async () => {
    const asked: { spec: CameraSpec; hasFast: boolean; signal: AbortSignal }[] = []
    const media: MediaPort = {
      async *open(spec, _taps, { signal, onFast }) {
        asked.push({ spec, signal, hasFast: onFast !== undefined })
      },
    }
    const { signal } = new AbortController()
    const open = async (config: Record<string, unknown>, onFast?: () => void): Promise<void> => {
      const context = {
        config: camera.config.parse(config),
        media,
        taps: defaultTaps,
        signal,
        ...(onFast ? { onFast } : {}),
      }
      for await (const frame of camera.open(context as unknown as SourceContext<Record<string, unknown>>))
        expect(frame).toBeUndefined()
    }
    await open({ kind: 'file', path: ' fall.mp4 ', loop: true })
    await open({ kind: 'rtsp', url: ' rtsp://10.0.0.7/a ', transport: 'udp' }, () => undefined)
    expect(asked).toEqual([
      {
        spec: { kind: 'file', path: 'fall.mp4', loop: true, transport: 'tcp', device: '/dev/video0' },
        signal,
        hasFast: false,
      },
      {
        spec: { kind: 'rtsp', url: 'rtsp://10.0.0.7/a', loop: false, transport: 'udp', device: '/dev/video0' },
        signal,
        hasFast: true,
      },
    ])
  })
})
