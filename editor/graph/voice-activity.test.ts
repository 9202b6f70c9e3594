// How Heed listens, by the library's own rule for frames: whole sentences, no coughs, an end to a long speech, deaf in between.
import { FrameProcessor, Message } from '@ricky0123/vad-web'
import { describe, expect, it } from 'vitest'
import { createListener, frameMs, voiceSettings, type Detector } from './voice-activity.ts'

/** A detector whose model hears speech in a frame of ones. */
function listen() {
  const said: number[] = []
  const speaking: boolean[] = []
  const troubles: unknown[] = []
  const calls: string[] = []
  const frames = new FrameProcessor(
    (frame) => Promise.resolve({ isSpeech: frame[0] ?? 0, notSpeech: 1 - (frame[0] ?? 0) }),
    () => undefined,
    voiceSettings,
    frameMs,
  )
  const onEvent = (event: Parameters<Parameters<FrameProcessor['process']>[1]>[0]): void => {
    if (event.msg === Message.FrameProcessed) listener.frameHeard()
    if (event.msg === Message.SpeechStart) listener.setSpeaking(true)
    if (event.msg === Message.VADMisfire || event.msg === Message.SpeechEnd) listener.setSpeaking(false)
    if (event.msg === Message.SpeechEnd) said.push((event.audio.length / 16_000) * 1000)
  }
  const change = (name: string, then: () => void) => async (): Promise<void> => {
    calls.push(`${name} begins`)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    then()
    calls.push(`${name} ends`)
  }
  const detector: Detector = {
    start: change('start', () => frames.resume()),
    pause: change('pause', () => frames.pause(onEvent)),
    destroy: change('destroy', () => undefined),
    setOptions: (update) => frames.setOptions({ ...voiceSettings, ...update }),
  }
  frames.resume()
  const listener = createListener(detector, {
    speaking: (is) => speaking.push(is),
    trouble: (error) => troubles.push(error),
  })
  const hear = async (...parts: [isSpeech: 0 | 1, ms: number][]): Promise<void> => {
    for (const [isSpeech, ms] of parts) {
      for (let at = 0; at < ms; at += frameMs) {
        await frames.process(new Float32Array(512).fill(isSpeech), onEvent)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
      }
    }
  }
  return { listener, detector, said, speaking, troubles, calls, hear }
}

describe('listening', () => {
  it('keeps half a second before the first sure frame, and the pause after the last', async () => {
    const { hear, said, speaking } = listen()
    await hear([0, 2000], [1, 1024], [0, 1000])
    expect(said).toEqual([480 + 1024 + 704])
    expect(speaking).toEqual([true, false])
  })

  it('keeps one sentence with a breath in it together, and two with a pause apart', async () => {
    const breath = listen()
    await breath.hear([0, 500], [1, 600], [0, 400], [1, 600], [0, 1000])
    expect(breath.said).toHaveLength(1)
    const pause = listen()
    await pause.hear([0, 500], [1, 600], [0, 1000], [1, 600], [0, 1000])
    expect(pause.said).toHaveLength(2)
  })

  it('leaves a cough out, and no longer shows it', async () => {
    const { hear, said, speaking } = listen()
    await hear([0, 1000], [1, 160], [0, 1500])
    expect([said, speaking]).toEqual([[], [true, false]])
  })

  it('sends what never pauses after twenty seconds, and goes on listening', async () => {
    const { hear, said, troubles } = listen()
    await hear([0, 1000], [1, 20_500], [0, 1000])
    expect(said).toHaveLength(2)
    expect(said[0]).toBeGreaterThan(20_000)
    expect(said[0]).toBeLessThan(20_800)
    expect(troubles).toEqual([])
  })

  it('hears nothing while Heed talks, and forgets what had begun', async () => {
    const { listener, hear, said, speaking } = listen()
    await hear([0, 1000], [1, 600])
    listener.setDeaf(true)
    await hear([1, 1000], [0, 1500])
    expect([said, speaking]).toEqual([[], [true, false]])
    listener.setDeaf(false)
    await hear([0, 600], [1, 600], [0, 1000])
    expect(said).toHaveLength(1)
    expect(said[0]).toBeLessThan(480 + 608 + 704 + frameMs)
  })

  it('is not deaf for good after one short sound upon another', async () => {
    const { listener, hear, said, calls } = listen()
    for (const isDeaf of [true, false, true, false]) listener.setDeaf(isDeaf)
    await hear([0, 1000], [1, 600], [0, 1000])
    expect(said).toHaveLength(1)
    expect(calls.filter((_, at) => at % 2 === 0).map((call) => call.replace('begins', 'ends'))).toEqual(
      calls.filter((_, at) => at % 2 === 1),
    )
  })
})

describe('closing', () => {
  it('gives the detector back once, after what was under way, and sends nothing more', async () => {
    const { listener, hear, said, speaking, calls } = listen()
    await hear([0, 500], [1, 600])
    listener.setDeaf(true)
    listener.setDeaf(false)
    await Promise.all([listener.close(), listener.close()])
    listener.setDeaf(true)
    await listener.close()
    expect(calls.slice(-2)).toEqual(['destroy begins', 'destroy ends'])
    expect(calls.filter((call) => call === 'destroy begins')).toHaveLength(1)
    expect([said, speaking]).toEqual([[], [true, false]])
  })

  it('says what went wrong instead of throwing it at nobody', async () => {
    const { listener, detector, troubles, hear } = listen()
    detector.pause = () => Promise.reject(new Error('the microphone is gone'))
    listener.setDeaf(true)
    await hear([0, 64])
    await listener.close()
    expect(troubles).toEqual([new Error('the microphone is gone')])
  })
})
