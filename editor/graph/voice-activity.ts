// Tells speech from silence by loudness alone, block by block, and cuts out what was said. Pure: no microphone, no clock.
// A learned detector (onnxruntime-web) would be far heavier, and its WebAssembly needs a looser content policy than the pages have.

export interface VoiceSettings {
  sampleRate: number
  /** How much louder than the room speech must be. */
  factor: number
  /** Never taken for speech, however quiet the room: about -46 dBFS. */
  floor: number
  /** Kept before the first loud block, so that no first letter is lost. */
  beforeMs: number
  /** So long a pause ends what was said. */
  pauseMs: number
  /** Shorter than this is a cough or a click. */
  leastMs: number
  mostMs: number
}

export const voiceSettings = (sampleRate: number): VoiceSettings => ({ sampleRate, factor: 3, floor: 0.005, beforeMs: 300, pauseMs: 700, leastMs: 250, mostMs: 20_000 })

export interface VoiceActivity {
  /** Takes the next samples; gives what was said once it has ended. */
  take(samples: Float32Array): Float32Array | null
  isSpeaking(): boolean
  /** Forgets what has begun: the loudspeaker talks, or the microphone was closed. */
  reset(): void
}

/** The loudness of a block, 0 to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length)
}

function joined(blocks: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0))
  let at = 0
  for (const block of blocks) {
    whole.set(block, at)
    at += block.length
  }
  return whole
}

/** Listens to blocks of 10 to 100 ms. */
export function createVoiceActivity(settings: VoiceSettings): VoiceActivity {
  const { sampleRate, factor, floor, beforeMs, pauseMs, leastMs, mostMs } = settings
  let room = floor
  let blocks: Float32Array[] = []
  let isSpeaking = false
  let loudMs = 0
  let quietMs = 0
  let totalMs = 0
  const msOf = (block: Float32Array): number => (block.length * 1000) / sampleRate
  const reset = (): void => {
    blocks = []
    isSpeaking = false
    loudMs = quietMs = totalMs = 0
  }
  const keepBefore = (): void => {
    let kept = blocks.reduce((sum, block) => sum + msOf(block), 0)
    while (blocks[0] && kept - msOf(blocks[0]) >= beforeMs) kept -= msOf(blocks.shift() as Float32Array)
  }
  return {
    isSpeaking: () => isSpeaking,
    reset,
    take: (samples) => {
      const level = loudness(samples)
      const isLoud = level > Math.max(floor, room * factor)
      // The room is learnt at once when it grows quiet, slowly when it grows loud.
      room = level < room ? level : room + (level - room) * (isLoud ? 0.002 : 0.05)
      blocks.push(samples)
      if (!isSpeaking && !isLoud) {
        keepBefore()
        return null
      }
      isSpeaking = true
      totalMs += msOf(samples)
      if (isLoud) loudMs += msOf(samples)
      quietMs = isLoud ? 0 : quietMs + msOf(samples)
      if (quietMs < pauseMs && totalMs < mostMs) return null
      const said = loudMs >= leastMs ? joined(blocks) : null
      reset()
      return said
    },
  }
}

/** Samples from -1 to 1 as a WAV file of one channel, brought down to 16,000 a second: what speech servers want. */
export function toWav(samples: Float32Array, sampleRate: number, wanted = 16_000): Uint8Array<ArrayBuffer> {
  const step = sampleRate / wanted
  const count = Math.floor(samples.length / step)
  const bytes = new Uint8Array(44 + count * 2)
  const view = new DataView(bytes.buffer)
  const write = (at: number, words: string): void => { for (let i = 0; i < words.length; i++) view.setUint8(at + i, words.charCodeAt(i)) }
  write(0, 'RIFF')
  view.setUint32(4, 36 + count * 2, true)
  write(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, wanted, true)
  view.setUint32(28, wanted * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  write(36, 'data')
  view.setUint32(40, count * 2, true)
  for (let i = 0; i < count; i++) {
    // The mean of what falls together: cheap, and keeps whistling out of the words.
    const part = samples.subarray(Math.floor(i * step), Math.max(Math.floor(i * step) + 1, Math.floor((i + 1) * step)))
    const mean = part.reduce((sum, sample) => sum + sample, 0) / part.length
    view.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, mean)) * 32767), true)
  }
  return bytes
}
