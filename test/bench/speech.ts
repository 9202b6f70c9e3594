// The built-in voice, warm: from the sentence to its whole sound.
import type { Connection } from '../../nodes/contract/connections.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createSpeech } from '../../runtime/voices/voices.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { memorySounds, memoryTurns } from '../support/memory-voice.ts'
import { quietLog } from '../support/session-bench.ts'
import { percentile, type Row } from './row.ts'

const sentences = 40

/** One sentence after the other, so that none waits for another; the first ones warm it up and are not counted. */
export async function benchSpeech(): Promise<Row[]> {
  const http = createHttp()
  const connections = {
    get: async (name: string): Promise<Connection> => ({ name, ...ofKind('flite'), config: {}, secret: {} }),
  }
  const speech = createSpeech({
    http,
    connections,
    sounds: memorySounds(),
    turns: memoryTurns(),
    clock: systemClock,
    log: quietLog,
    tell: () => {},
  })
  const tookMs: number[] = []
  try {
    speech.warm()
    for (let n = 0; n < sentences + 5; n++) {
      const startMs = performance.now()
      const request = {
        text: 'A person has fallen in the kitchen.',
        voice: '',
        queue: `q${n}`,
        saidAtMs: n,
        latestStartMs: Date.now() + 60_000,
        about: { flow: 'f', eventId: `e${n}`, node: 'say' },
      }
      await speech.speak('flite', request, new AbortController().signal)
      if (n >= 5) tookMs.push(performance.now() - startMs)
    }
  } finally {
    await speech.stop()
    await http.close()
  }
  const row = (what: string, share: number, target?: string): Row => ({
    area: 'speech',
    what,
    value: percentile(tookMs, share),
    unit: 'ms',
    beside: `${sentences} sentences`,
    ...(target ? { target } : {}),
  })
  return [row('sentence to sound, p50', 0.5, 'under 300 ms'), row('sentence to sound, p95', 0.95)]
}
