// The page's loudspeaker: plays a sound while it is still being made, sample by sample, through one audio element. Browsers'
// own players wait for seconds of a WAV before they begin, and Safari's for all of it.
import { openSound } from './api.ts'
import { SoundBlockedError } from './graph/sound-queue.ts'
import { say } from './words/say.ts'

const headBytes = 44
/** So much ahead is scheduled before a sound begins that is still being made: it comes in pieces of up to a quarter second. */
const aheadS = 0.25
/** The server ends a sound that stands still after fifteen seconds; here nothing waits longer for it. */
const stallMs = 20_000

interface Output {
  context: AudioContext
  out: MediaStreamAudioDestinationNode
}

export interface Loudspeaker {
  /** Resolves when it was heard to its end, or when the signal aborts; rejects with SoundBlockedError or in words. */
  play(url: string, signal: AbortSignal): Promise<void>
  close(): void
}

/** Plays on `element`, which is silent and paused between two sounds: it must not hold the phone's loudspeaker for nothing. */
export function createLoudspeaker(element: HTMLAudioElement): Loudspeaker {
  let output: Output | undefined
  const open = (): Output => {
    if (output) return output
    const context = new AudioContext({ latencyHint: 'interactive' })
    output = { context, out: context.createMediaStreamDestination() }
    element.srcObject = output.out.stream
    return output
  }
  return {
    play: async (url, signal) => {
      const asked = openSound(url, { signal })
      asked.catch(() => undefined)
      const { context, out } = open()
      try {
        await start(context, element)
        await playAnswer(await asked, { context, out }, signal)
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        element.pause()
        void context.suspend()
      }
    },
    close: () => {
      element.pause()
      element.srcObject = null
      void output?.context.close()
    },
  }
}

/** Browsers that want a press first let a context wait for ever, and say nothing. */
async function start(context: AudioContext, element: HTMLAudioElement): Promise<void> {
  const patienceMs = navigator.userActivation?.hasBeenActive === false ? 300 : 3000
  const running = context.resume().then(() => element.play())
  try {
    await within(running, patienceMs)
  } catch (error) {
    running.catch(() => undefined)
    throw new SoundBlockedError(say('The browser lets nothing be heard yet.'), { cause: error })
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const answer = Promise.withResolvers<T>()
  promise.then(answer.resolve, answer.reject)
  const timer = setTimeout(() => answer.reject(new Error(say('Nothing came for {ms} s.', { ms: ms / 1000 }))), ms)
  try {
    return await answer.promise
  } finally {
    clearTimeout(timer)
  }
}

/** Plays what is whole as one, and what still comes as it comes. */
async function playAnswer(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader()
  const line = createLine(output)
  const stop = (): void => {
    line.stop()
    void reader.cancel().catch(() => undefined)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    let bytes = new Uint8Array()
    const read = async (): Promise<boolean> => {
      const { done, value } = await within(reader.read(), stallMs)
      if (value) bytes = joined(bytes, value)
      return !done
    }
    let isMore = true
    while (isMore && bytes.length < headBytes) isMore = await read()
    if (bytes.length < headBytes) throw new Error(say('The sound has no beginning.'))
    const head = new DataView(bytes.buffer)
    if (head.getUint32(40, true) !== 0xffffffff) {
      while (isMore) isMore = await read()
      line.add(await output.context.decodeAudioData(bytes.buffer), 0)
    } else {
      const format = { channels: head.getUint16(22, true), rate: head.getUint32(24, true) }
      bytes = bytes.slice(headBytes)
      while (isMore) {
        isMore = await read()
        const size = bytes.length - (bytes.length % (format.channels * 2))
        if (size > 0) line.add(bufferOf(output.context, bytes, size, format), isMore ? aheadS : 0)
        bytes = bytes.slice(size)
      }
    }
    await line.ended(signal)
  } catch (error) {
    stop()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function joined(first: Uint8Array<ArrayBuffer>, second: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

function bufferOf(
  context: AudioContext,
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  { channels, rate }: { channels: number; rate: number },
): AudioBuffer {
  const frames = size / 2 / channels
  const view = new DataView(bytes.buffer, bytes.byteOffset, size)
  const buffer = context.createBuffer(channels, frames, rate)
  for (let channel = 0; channel < channels; channel++) {
    const samples = buffer.getChannelData(channel)
    for (let at = 0; at < frames; at++) samples[at] = view.getInt16((at * channels + channel) * 2, true) / 32768
  }
  return buffer
}

/** Buffers one after another, without a gap as long as they come in time. */
function createLine({ context, out }: Output) {
  const sources = new Set<AudioBufferSourceNode>()
  let endS = 0
  return {
    /** `leadS`: how long the first one, or one that comes too late, waits for those behind it. */
    add: (buffer: AudioBuffer, leadS: number): void => {
      const source = context.createBufferSource()
      source.buffer = buffer
      source.connect(out)
      source.onended = () => sources.delete(source)
      sources.add(source)
      const startS = endS > context.currentTime ? endS : context.currentTime + leadS
      source.start(startS)
      endS = startS + buffer.duration
    },
    stop: (): void => {
      for (const source of sources) source.stop()
      sources.clear()
    },
    /** A context that the system has put to sleep must not hold up the next warning. */
    ended: async (signal: AbortSignal): Promise<void> => {
      const over = Promise.withResolvers<void>()
      const timer = setTimeout(over.resolve, (endS - context.currentTime) * 1000 + 1000)
      const look = setInterval(() => {
        if (context.currentTime >= endS) over.resolve()
      }, 20)
      signal.addEventListener('abort', () => over.resolve(), { once: true })
      await over.promise
      clearTimeout(timer)
      clearInterval(look)
    },
  }
}
