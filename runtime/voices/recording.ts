// A voice on its way into the store: from its first samples on where others can hear it, whole once it has ended. What broke
// off is let go of, never kept as if it were whole.
import type { Log, Sound } from '../../nodes/contract/capabilities.ts'
import { RetryableError, toError } from '../../nodes/contract/errors.ts'
import { openWavHead, wavOf, type SampleFormat } from './wav.ts'

/** What a voice gives: everything at once, or 16-bit samples as they are made. */
export type Voice = { whole: Sound } | { format: SampleFormat; samples: AsyncIterable<Uint8Array> }

export interface SoundPlace {
  eventId: string
  node: string
}

/** Where sounds are kept while they are spoken, and afterwards. */
export interface SoundKeeper {
  url(place: SoundPlace): string
  finished(place: SoundPlace): Promise<{ durationS: number } | undefined>
  begin(place: SoundPlace, contentType: string, bytes: Uint8Array): Promise<void>
  append(place: SoundPlace, position: number, bytes: Uint8Array): Promise<void>
  finish(place: SoundPlace, sound: Sound): Promise<void>
  drop(place: SoundPlace): Promise<void>
}

export interface Recorder {
  sounds: SoundKeeper
  place: SoundPlace
  /** Called before anything is kept; throws when it is too late by now. */
  starts(): void
  /** It can be heard from now on. */
  heard(): void
  /** So much of it is there. */
  reaches(durationS: number): void
  log: Log
}

/** A first piece is short, so that it is heard soon; later ones are longer, so that there are few. */
const firstS = 0.1
const laterS = 0.25

/** Keeps a voice, to its end. Gives its length in seconds. Throws RetryableError SPEECH_SILENT when nothing was said. */
export async function record(voice: Voice, recorder: Recorder): Promise<number> {
  const { sounds, place, starts, heard, reaches } = recorder
  if (!('whole' in voice)) return await recordSamples(voice.format, voice.samples, recorder)
  starts()
  reaches(voice.whole.durationS)
  await sounds.finish(place, voice.whole)
  heard()
  return voice.whole.durationS
}

async function recordSamples(
  format: SampleFormat,
  samples: AsyncIterable<Uint8Array>,
  { sounds, place, starts, heard, reaches, log }: Recorder,
): Promise<number> {
  const perSecond = format.sampleRate * format.channels * 2
  const all: Uint8Array[] = []
  let waiting: Uint8Array[] = []
  let bytes = 0
  let keptBytes = 0
  let position = 0
  const keep = async (): Promise<void> => {
    const piece = Buffer.concat(waiting)
    waiting = []
    if (position === 0) starts()
    keptBytes = bytes
    reaches(keptBytes / perSecond)
    if (position === 0) await sounds.begin(place, 'audio/wav', Buffer.concat([openWavHead(format), piece]))
    else await sounds.append(place, position, piece)
    position += 1
    if (position === 1) heard()
  }
  try {
    for await (const piece of samples) {
      all.push(piece)
      waiting.push(piece)
      bytes += piece.length
      if (bytes - keptBytes >= perSecond * (position === 0 ? firstS : laterS)) await keep()
    }
    const whole = wavOf(Buffer.concat(all), format)
    const durationS = (whole.length - 44) / perSecond
    if (durationS === 0) throw new RetryableError('SPEECH_SILENT', 'The speech server answered without any sound.')
    if (position === 0) starts()
    reaches(durationS)
    await sounds.finish(place, { bytes: whole, contentType: 'audio/wav', durationS })
    if (position === 0) heard()
    return durationS
  } catch (error) {
    if (position > 0)
      await sounds
        .drop(place)
        .catch((thrown: unknown) => log.warn({ error: toError(thrown).message }, 'half a sound could not be let go of'))
    throw error
  }
}
