// The built-in voice: Flite in a thread of its own, kept warm. English only, and says so; needs no network.
import type { Log, Sound, SpeechRequest } from '../../nodes/contract/capabilities.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { createFliteThread } from './flite-thread.ts'
import type { FliteOrder } from './flite-worker.ts'
import { durationS, readWav, wavOf, withoutSilence } from './wav.ts'

export const fliteVoices = ['slt', 'rms', 'awb', 'kal16', 'kal'] as const
/** A minute of speech: nobody listens to more. */
const longestText = 1000

export interface Flite {
  speak(request: Pick<SpeechRequest, 'text' | 'voice' | 'language'>, signal: AbortSignal): Promise<Sound>
  /** Starts the thread ahead of the first word. */
  warm(): void
  stop(): Promise<void>
}

/** What Flite can read: Latin letters without their marks, plain punctuation. Throws FatalError SPEECH_LANGUAGE, SPEECH_EMPTY. */
export function readable(text: string, language?: string): string {
  const isForeign = [...text.matchAll(/\p{L}/gu)].some(([letter]) => !/\p{Script=Latin}/u.test(letter))
  if (isForeign || (language !== undefined && !/^(auto|en\b.*|english)?$/i.test(language))) {
    throw new FatalError(
      'SPEECH_LANGUAGE',
      'The built-in voice speaks English only and cannot say this. Choose a connection of kind "speech" for other languages.',
    )
  }
  const plain = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .replace(/[“”„]/g, '"')
    .replace(/[^\p{L}\p{N}\p{P}\p{Sc}\s%+=]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (!/[\p{L}\p{N}]/u.test(plain))
    throw new FatalError('SPEECH_EMPTY', 'There is nothing in this message that can be said.')
  return plain.slice(0, longestText)
}

/** Opens the built-in voice; its thread starts with the first word or with `warm`. */
export function createFlite({ log }: { log: Log }): Flite {
  const thread = createFliteThread(log)
  let count = 0
  return {
    warm: () => {
      void thread.start().catch((error: unknown) => log.warn({ err: error }, 'the built-in voice cannot start'))
    },
    speak: async ({ text, voice, language }, signal) => {
      const order: FliteOrder = {
        id: ++count,
        text: readable(text, language),
        voice: voice === '' ? fliteVoices[0] : voice,
      }
      if (!(fliteVoices as readonly string[]).includes(order.voice))
        throw new FatalError(
          'SPEECH_VOICE_UNKNOWN',
          `The built-in voice has no voice "${order.voice.slice(0, 40)}". It has ${fliteVoices.join(', ')}.`,
        )
      return soundOf(await thread.run(order, signal))
    },
    stop: () => thread.stop(),
  }
}

/** Flite begins with a fifth of a second of silence (measured): too much of the 300 ms that a warning has. */
function soundOf(bytes: Uint8Array): Sound {
  const info = readWav(bytes)
  const whole =
    info &&
    wavOf(withoutSilence(bytes.subarray(info.dataAt, info.dataAt + info.dataBytes), info.sampleRate), info.sampleRate)
  const said = whole && readWav(whole)
  if (!said || said.dataBytes === 0)
    throw new FatalError('SPEECH_EMPTY', 'There is nothing in this message that can be said.')
  return { bytes: whole, contentType: 'audio/wav', durationS: durationS(said) }
}
