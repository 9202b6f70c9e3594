// JPEGs with their times as a Matroska stream that ffmpeg reads: the only form in which single pictures keep their true times without a
// file for each. Pure: pictures in, bytes out.

export interface TimedJpeg {
  /** From the first one on, rising. */
  ms: number
  jpeg: Uint8Array
}

/** A length that says "up to the end". */
const open = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])

/** In eight bytes always: nobody counts them here. */
function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(bytes))
  length[0] = 0x01
  return length
}

function element(id: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([idOf(id), lengthOf(body.length), body])
}

function idOf(id: number): Buffer {
  return Buffer.from(id.toString(16), 'hex')
}

function whole(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(Math.round(value)))
  return element(id, bytes)
}

const text = (id: number, value: string): Buffer => element(id, Buffer.from(value, 'utf8'))

/** Everything before the first picture. */
export function matroskaHead({ height, width }: { width: number; height: number }): Buffer {
  const head = element(
    0x1a45dfa3,
    whole(0x4286, 1),
    whole(0x42f7, 1),
    whole(0x42f2, 4),
    whole(0x42f3, 8),
    text(0x4282, 'matroska'),
    whole(0x4287, 4),
    whole(0x4285, 2),
  )
  const info = element(0x1549a966, whole(0x2ad7b1, 1_000_000), text(0x4d80, 'Heed'), text(0x5741, 'Heed'))
  const video = element(0xe0, whole(0xb0, width), whole(0xba, height))
  const track = element(
    0xae,
    whole(0xd7, 1),
    whole(0x73c5, 1),
    whole(0x83, 1),
    whole(0x9c, 0),
    text(0x86, 'V_MJPEG'),
    video,
  )
  return Buffer.concat([head, idOf(0x18538067), open, info, element(0x1654ae6b, track)])
}

/** One picture, in a cluster of its own: its time is then the cluster's, whatever lies between. */
export function matroskaPicture({ jpeg, ms }: TimedJpeg): Buffer {
  // Track 1, 0 ms after the cluster, a key picture.
  return element(0x1f43b675, whole(0xe7, ms), element(0xa3, Buffer.from([0x81, 0, 0, 0x80]), jpeg))
}
