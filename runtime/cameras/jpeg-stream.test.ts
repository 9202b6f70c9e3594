// JPEGs out of a byte stream, whatever its chunks, its rubbish and its tables.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JpegSplitter, readPicture } from './jpeg-stream.ts'

/** A JPEG as far as markers go: a table that holds FFD8 and FFD9, a frame header, coded data with stuffing and a restart. */
function jpeg(width: number, height: number, scan: number[] = [1, 2, 0xff, 0x00, 3, 0xff, 0xd3, 4]): Uint8Array {
  return Uint8Array.from([
    0xff,
    0xd8,
    0xff,
    0xe1,
    0,
    8,
    0xff,
    0xd8,
    0xff,
    0xd9,
    7,
    7,
    0xff,
    0xc0,
    0,
    11,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    1,
    1,
    0x11,
    0,
    0xff,
    0xda,
    0,
    8,
    1,
    1,
    0,
    0,
    63,
    0,
    ...scan,
    0xff,
    0xd9,
  ])
}

function join(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

describe('JpegSplitter', () => {
  it('gives every picture whole, however the stream is cut', () => {
    const pictures = [
      jpeg(640, 480),
      jpeg(256, 192, []),
      jpeg(
        1,
        2,
        Array.from({ length: 500 }, (_, at) => at % 255),
      ),
    ]
    const stream = join(...pictures)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (cuts) => {
        const splitter = new JpegSplitter()
        const found = []
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length]!
          found.push(...splitter.push(stream.slice(at, at + size)))
          at += size
        }
        expect(found.map(({ jpeg: bytes }) => [...bytes])).toEqual(pictures.map((bytes) => [...bytes]))
        expect(found.map(({ width, height }) => [width, height])).toEqual([
          [640, 480],
          [256, 192],
          [1, 2],
        ])
        expect(splitter.skippedBytes).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('finds the next picture behind rubbish and behind one that broke off', () => {
    const splitter = new JpegSplitter()
    const half = jpeg(640, 480).slice(0, 20)
    const found = splitter.push(join([1, 2, 3, 0xff], half, jpeg(320, 240), [9, 9], jpeg(64, 48)))
    expect(found.at(-1)).toMatchObject({ width: 64, height: 48 })
    expect(splitter.skippedBytes).toBeGreaterThan(5)
  })

  it('never throws and never keeps more than a picture, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }), (chunks) => {
        const splitter = new JpegSplitter()
        for (const chunk of chunks) for (const { width } of splitter.push(chunk)) expect(width).toBeGreaterThan(0)
        expect([...splitter.push(join([0, 0], [0xff, 0xd9], jpeg(8, 8), jpeg(8, 8)))].length).toBeLessThanOrEqual(2)
      }),
    )
  })

  it('gives pictures that outlive the chunk they came in', () => {
    const chunk = jpeg(640, 480)
    const [picture] = new JpegSplitter().push(chunk)
    chunk.fill(0)
    expect(picture?.jpeg[1]).toBe(0xd8)
  })
})

describe('readPicture', () => {
  it('knows a size, and what is no picture', () => {
    expect(readPicture(jpeg(640, 480))).toMatchObject({ width: 640, height: 480 })
    expect(readPicture(Buffer.from('GIF89a'))).toBeUndefined()
    expect(readPicture(jpeg(640, 480).slice(0, -1))).toBeUndefined()
  })
})
