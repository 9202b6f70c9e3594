// WAV as far as speech needs it: how long it is, a header for bare samples, a header that tells the truth. Pure.

/** 16-bit samples, as they come. */
export interface SampleFormat {
  sampleRate: number
  channels: number
}

export interface WavInfo extends SampleFormat {
  bitsPerSample: number
  /** 1 is whole numbers, 3 is fractions. */
  encoding: number
  dataAt: number
  /** What is there of it. */
  dataBytes: number
  /** What the header says is there; servers that stream cannot know and say 0 or far too much. */
  announcedBytes: number
}

/** What a WAV says of itself; undefined when it is none. A streamed one gives no length, so what is there counts. */
export function readWav(bytes: Uint8Array): WavInfo | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 44 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') return undefined
  let format: Omit<WavInfo, 'dataAt' | 'dataBytes' | 'announcedBytes'> | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true)
    if (tag(at) === 'fmt ' && at + 24 <= bytes.length) {
      format = {
        encoding: view.getUint16(at + 8, true),
        channels: view.getUint16(at + 10, true),
        sampleRate: view.getUint32(at + 12, true),
        bitsPerSample: view.getUint16(at + 22, true),
      }
    }
    if (tag(at) === 'data')
      return (
        format && { ...format, dataAt: at + 8, dataBytes: Math.min(size, bytes.length - at - 8), announcedBytes: size }
      )
    at += 8 + size + (size % 2)
  }
  return undefined
}

export function durationS({ sampleRate, channels, bitsPerSample, dataBytes }: WavInfo): number {
  const perSecond = sampleRate * channels * (bitsPerSample / 8)
  return perSecond > 0 ? dataBytes / perSecond : 0
}

function head({ sampleRate, channels }: SampleFormat, dataBytes: number, riffBytes: number): Uint8Array {
  const bytes = new Uint8Array(44)
  const view = new DataView(bytes.buffer)
  const write = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
  }
  write(0, 'RIFF')
  view.setUint32(4, riffBytes, true)
  write(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  write(36, 'data')
  view.setUint32(40, dataBytes, true)
  return bytes
}

/** The 44 bytes before samples whose number nobody knows yet. */
export function openWavHead(format: SampleFormat): Uint8Array {
  return head(format, 0xffffffff, 0xffffffff)
}

/** 16-bit samples as a WAV; half a sample at the end is left out. */
export function wavOf(samples: Uint8Array, format: SampleFormat | number): Uint8Array {
  const whole = typeof format === 'number' ? { sampleRate: format, channels: 1 } : format
  const size = samples.length - (samples.length % (whole.channels * 2))
  const bytes = new Uint8Array(44 + size)
  bytes.set(head(whole, size, 36 + size))
  bytes.set(samples.subarray(0, size), 44)
  return bytes
}

/** The same sound with lengths that players trust: servers that stream write a length before they know it. */
export function mended(bytes: Uint8Array, info: WavInfo): Uint8Array {
  const whole = bytes.slice(0, info.dataAt + info.dataBytes)
  const view = new DataView(whole.buffer)
  view.setUint32(4, whole.length - 8, true)
  view.setUint32(info.dataAt - 4, info.dataBytes, true)
  return whole
}

/** A weak consonant is louder than this, what a quiet voice leaves between words is not: 1/400 of the loudest. */
const quiet = 80
const leadS = 0.03
const tailS = 0.06

/** Samples of one channel without the silence before the first and after the last of what can be heard. */
export function withoutSilence(samples: Uint8Array, sampleRate: number): Uint8Array {
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength)
  const count = Math.floor(samples.length / 2)
  const isQuiet = (at: number): boolean => Math.abs(view.getInt16(at * 2, true)) < quiet
  let first = 0
  let last = count - 1
  while (first < count && isQuiet(first)) first++
  while (last > first && isQuiet(last)) last--
  const from = Math.max(0, first - Math.round(leadS * sampleRate))
  return samples.subarray(from * 2, Math.min(count, last + 1 + Math.round(tailS * sampleRate)) * 2)
}
