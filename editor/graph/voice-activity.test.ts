// Speech found by loudness: cut out whole, coughs left out, a noisy room learnt.
import { describe, expect, it } from 'vitest'
import { createVoiceActivity, toWav, voiceSettings } from './voice-activity.ts'

const rate = 16_000
const block = (level: number): Float32Array => Float32Array.from({ length: 320 }, (_, i) => level * Math.sin(i * 0.3))

function hear(levels: readonly [level: number, ms: number][]): Float32Array[] {
  const activity = createVoiceActivity(voiceSettings(rate))
  return levels.flatMap(([level, ms]) => Array.from({ length: ms / 20 }, () => activity.take(block(level))).filter((said) => said !== null))
}

describe('voice activity', () => {
  it('cuts out what was said, with a little before and after it', () => {
    const [said, ...others] = hear([[0.001, 2000], [0.3, 1000], [0.001, 1000]])
    expect(others).toEqual([])
    const ms = ((said?.length ?? 0) * 1000) / rate
    expect(ms).toBeGreaterThanOrEqual(1900)
    expect(ms).toBeLessThanOrEqual(2100)
  })

  it('keeps one sentence with a breath in it together, and two with a pause apart', () => {
    expect(hear([[0.001, 500], [0.3, 600], [0.001, 400], [0.3, 600], [0.001, 1000]])).toHaveLength(1)
    expect(hear([[0.001, 500], [0.3, 600], [0.001, 1000], [0.3, 600], [0.001, 1000]])).toHaveLength(2)
  })

  it('leaves a click out, and learns a noisy room', () => {
    expect(hear([[0.001, 1000], [0.5, 60], [0.001, 1500]])).toEqual([])
    expect(hear([[0.004, 3000], [0.012, 8000]])).toEqual([])
  })

  it('ends a speech that never pauses', () => {
    expect(hear([[0.001, 500], [0.5, 20_100], [0.001, 100]])).toHaveLength(1)
  })

  it('forgets what had begun', () => {
    const activity = createVoiceActivity(voiceSettings(rate))
    for (let i = 0; i < 50; i++) activity.take(block(0.001))
    for (let i = 0; i < 50; i++) activity.take(block(0.3))
    expect(activity.isSpeaking()).toBe(true)
    activity.reset()
    expect(activity.isSpeaking()).toBe(false)
  })
})

describe('toWav', () => {
  it('writes a header that fits and brings the rate down', () => {
    const wav = toWav(new Float32Array(48_000).fill(0.5), 48_000)
    const view = new DataView(wav.buffer)
    expect(wav.length).toBe(44 + 32_000)
    expect([view.getUint32(24, true), view.getUint32(40, true), view.getInt16(44, true)]).toEqual([16_000, 32_000, 16_384])
  })
})
