// Which frames are worth decoding, by what a first look told.
import { describe, expect, it } from 'vitest'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import { chooseReading, type Look } from './look.ts'

const camera: Look = {
  format: 'rtsp',
  codec: 'h264',
  width: 1920,
  height: 1080,
  fps: 25,
  durationS: null,
  hasBFrames: false,
  keyframeGapS: 1,
}
const rtsp = { kind: 'rtsp', source: 'rtsp://10.0.0.7/' } as const
const web = { kind: 'url', source: 'http://10.0.0.7/' } as const
const fast = { ...defaultTaps, fast: { width: 256, height: 192, fps: 8 } }

describe('chooseReading', () => {
  it('decodes keyframes alone only where they come every second and nothing holds them back', () => {
    const decode = (change: Partial<Look>): string => chooseReading(rtsp, { ...camera, ...change }, defaultTaps).decode
    expect(decode({})).toBe('keyframes')
    expect(decode({ keyframeGapS: 1.001 })).toBe('keyframes')
    expect(decode({ keyframeGapS: 2 })).toBe('all')
    expect(decode({ keyframeGapS: null })).toBe('all')
    expect(decode({ hasBFrames: true })).toBe('referenced')
  })

  it('decodes everything for a fast tap, and before it knows better', () => {
    expect(chooseReading(rtsp, camera, fast).decode).toBe('all')
    expect(chooseReading(rtsp, undefined, defaultTaps).decode).toBe('all')
  })

  it('stamps MJPEG when it comes and holds other web video to its own speed', () => {
    expect(chooseReading(web, { ...camera, format: 'mpjpeg' }, defaultTaps)).toMatchObject({
      stampOnArrival: true,
      pace: false,
    })
    expect(chooseReading(web, { ...camera, format: 'hls' }, defaultTaps)).toMatchObject({
      stampOnArrival: false,
      pace: true,
    })
    expect(
      chooseReading({ kind: 'url', source: 'rtmp://10.0.0.7/' }, { ...camera, format: 'flv' }, defaultTaps),
    ).toMatchObject({ stampOnArrival: false, pace: false })
    expect(chooseReading(rtsp, camera, defaultTaps)).toMatchObject({ stampOnArrival: false, pace: false })
    expect(chooseReading({ kind: 'file', source: '/a.mp4' }, camera, defaultTaps)).toMatchObject({ pace: true })
    expect(chooseReading({ kind: 'browser', source: '' }, undefined, defaultTaps)).toMatchObject({
      stampOnArrival: true,
      pace: false,
    })
  })
})
