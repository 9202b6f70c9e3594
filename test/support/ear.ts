// An ear at a page's loudspeaker: which pitches it hears, and when. For pages of a real browser.
import type { Page } from 'playwright-core'

export interface Heard {
  atMs: number
  hertz: number
}

/** Listens from now on, every 20 ms, for tones of these pitches; anything loud that is none of them is heard as pitch 0. */
export async function openEar(
  page: Page,
  pitches: readonly number[] = [],
): Promise<{ heard(): Promise<Heard[]>; forget(): Promise<void> }> {
  await page.evaluate(
    (wanted) => {
      const ear = globalThis as unknown as { heard: Heard[] }
      ear.heard = []
      const context = new AudioContext()
      void context.resume()
      const analyser = context.createAnalyser()
      analyser.fftSize = 2048
      analyser.smoothingTimeConstant = 0
      const levels = new Float32Array(analyser.frequencyBinCount)
      const samples = new Float32Array(256)
      let source: MediaStreamAudioSourceNode | undefined
      let stream: MediaProvider | null = null
      setInterval(() => {
        const element = document.querySelector<HTMLAudioElement>('[data-testid="sound-player"]')
        if (!element?.srcObject || element.paused) return
        if (element.srcObject !== stream) {
          source?.disconnect()
          stream = element.srcObject
          source = context.createMediaStreamSource(stream as MediaStream)
          source.connect(analyser)
        }
        analyser.getFloatTimeDomainData(samples)
        if (samples.every((sample) => Math.abs(sample) < 0.02)) return
        analyser.getFloatFrequencyData(levels)
        const levelAt = (hertz: number): number =>
          levels[Math.round((hertz * analyser.fftSize) / context.sampleRate)] ?? -200
        const loud = wanted.filter((hertz) => levelAt(hertz) > -45)
        for (const hertz of loud.length > 0 ? loud : [0]) ear.heard.push({ atMs: Date.now(), hertz })
      }, 20)
    },
    [...pitches],
  )
  return {
    heard: () => page.evaluate(() => (globalThis as unknown as { heard: Heard[] }).heard),
    forget: () =>
      page.evaluate(() => {
        ;(globalThis as unknown as { heard: Heard[] }).heard = []
      }),
  }
}

/** Pitches in the order in which they were first heard, with their first and last moment. */
export function spans(heard: readonly Heard[]): { hertz: number; fromMs: number; toMs: number }[] {
  return [
    ...Map.groupBy(
      heard.filter(({ hertz }) => hertz > 0),
      ({ hertz }) => hertz,
    ),
  ]
    .map(([hertz, all]) => ({ hertz, fromMs: all[0]?.atMs ?? 0, toMs: all.at(-1)?.atMs ?? 0 }))
    .sort((a, b) => a.fromMs - b.fromMs)
}
