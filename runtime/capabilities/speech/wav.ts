// WAV as far as speech needs it: how long it is, a header for bare samples, a header that tells the truth. Pure.

export interface WavInfo { sampleRate: number; channels: number; bitsPerSample: number; dataAt: number; dataBytes: number }

/** What a WAV says of itself; undefined when it is none. A streamed one gives no length, so what is there counts. */
export function readWav(bytes: Uint8Array): WavInfo | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 44 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') return undefined
  let format: Pick<WavInfo, 'sampleRate' | 'channels' | 'bitsPerSample'> | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true)
    if (tag(at) === 'fmt ' && at + 24 <= bytes.length) {
      format = { channels: view.getUint16(at + 10, true), sampleRate: view.getUint32(at + 12, true), bitsPerSample: view.getUint16(at + 22, true) }
    }
    if (tag(at) === 'data') return format && { ...format, dataAt: at + 8, dataBytes: Math.min(size, bytes.length - at - 8) }
    at += 8 + size + (size % 2)
  }
  return undefined
}

export function durationS({ sampleRate, channels, bitsPerSample, dataBytes }: WavInfo): number {
  const perSecond = sampleRate * channels * (bitsPerSample / 8)
  return perSecond > 0 ? dataBytes / perSecond : 0
}

/** 16-bit samples of one channel as a WAV. */
export function wavOf(samples: Uint8Array, sampleRate: number): Uint8Array {
  const even = samples.subarray(0, samples.length - (samples.length % 2))
  const bytes = new Uint8Array(44 + even.length)
  const view = new DataView(bytes.buffer)
  const write = (at: number, text: string): void => { for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index) }
  write(0, 'RIFF')
  view.setUint32(4, 36 + even.length, true)
  write(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  write(36, 'data')
  view.setUint32(40, even.length, true)
  bytes.set(even, 44)
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
