// Raw pictures and stamps out of ffmpeg's extra pipes, at any cut.
import { describe, expect, it } from 'vitest'
import { FixedSplitter, PgmSplitter, StampReader } from './raw-stream.ts'

const bytesOf = (text: string, ...pixels: number[]): Buffer => Buffer.concat([Buffer.from(text), Buffer.from(pixels)])
const oneByOne = <T>(bytes: Buffer, push: (chunk: Buffer) => T[]): T[] =>
  [...bytes].flatMap((byte) => push(Buffer.from([byte])))

describe('PgmSplitter', () => {
  it('follows a size that changes mid-stream, byte by byte', () => {
    const stream = Buffer.concat([bytesOf('P5\n2 2\n255\n', 10, 13, 32, 80), bytesOf('P5\n1 3\n255\n', 1, 2, 3)])
    const splitter = new PgmSplitter()
    expect(oneByOne(stream, (chunk) => splitter.push(chunk))).toEqual([
      { width: 2, height: 2, data: Uint8Array.from([10, 13, 32, 80]) },
      { width: 1, height: 3, data: Uint8Array.from([1, 2, 3]) },
    ])
  })

  it('refuses what is no PGM', () => {
    expect(() => new PgmSplitter().push(Buffer.alloc(64, 65))).toThrow(/PGM/)
  })
})

describe('FixedSplitter', () => {
  it('fills pictures of one size from chunks of any', () => {
    const splitter = new FixedSplitter(3)
    expect(splitter.push(Uint8Array.from([1, 2]))).toEqual([])
    expect(splitter.push(Uint8Array.from([3, 4, 5, 6, 7]))).toEqual([
      Uint8Array.from([1, 2, 3]),
      Uint8Array.from([4, 5, 6]),
    ])
    expect(splitter.push(Uint8Array.from([8, 9]))).toEqual([Uint8Array.from([7, 8, 9])])
  })

  it('refuses a size no picture has', () => {
    expect(() => new FixedSplitter(0)).toThrow(/out of bounds/)
    expect(() => new FixedSplitter(1e9)).toThrow(/out of bounds/)
  })
})

describe('StampReader', () => {
  it('reads the times and nothing else, byte by byte', () => {
    const reader = new StampReader()
    const text =
      'frame:0    pts:0       pts_time:0\nheed=1\nframe:1    pts:15360   pts_time:1.00133\nheed=1\nframe:2 pts:-5 pts_time:-0.04\nframe:3 pts:1 pts_time:6.5e-05\n'
    expect(oneByOne(Buffer.from(text), (chunk) => reader.push(chunk))).toEqual([0, 1.00133, -0.04, 0.000065])
  })
})
