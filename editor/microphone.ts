// The browser's microphone for one voice-input card: listens, cuts out what was said, sends it off. Opens only on a click;
// keeps no recording, and does not listen to Heed's own voice.
import { create } from 'zustand'
import { api } from './api.ts'
import type { Listener } from './graph/voice-activity.ts'
import { useSounds } from './sounds.ts'
import type { VoiceEvents } from './voice-detector.ts'
import { say } from './words/say.ts'

interface Microphone {
  state: 'off' | 'asking' | 'loading' | 'on-air'
  isHearing: boolean
  /** The words of the last utterance, as the server understood them. */
  heard: string | null
  trouble: string | null
}
const off: Microphone = { state: 'off', isHearing: false, heard: null, trouble: null }
export const useMicrophone = create<Microphone>()(() => off)

let close: (() => void) | null = null
/** Counts openings, so that a late answer of the browser cannot open what was closed meanwhile. */
let turn = 0

function words(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError')
    return say(
      'This browser was not allowed to listen. Allow the microphone for this page in the address bar, then try again.',
    )
  if (name === 'NotFoundError')
    return say('This device has no microphone that the browser can see. Plug one in, then try again.')
  if (name === 'NotReadableError')
    return say('The microphone is in use by another program. Close that program, then try again.')
  return error instanceof Error ? error.message : String(error)
}

/** Closes the microphone; the browser's own mark goes out too. */
export function stopMicrophone(): void {
  turn++
  close?.()
  close = null
  useMicrophone.setState({ state: 'off', isHearing: false })
}

async function send(flow: string, node: string, wav: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    const { text } = await api.speak(flow, node, wav)
    useMicrophone.setState({
      heard: text === '' ? null : text,
      trouble: text === '' ? say('No words were understood. Say it again, a little closer.') : null,
    })
  } catch (error) {
    useMicrophone.setState({ trouble: words(error) })
  }
}

async function askForMicrophone(): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices)
    throw new Error(
      say(
        'Browsers share a microphone only with pages opened over https or on the machine itself. Open Heed that way, then try again.',
      ),
    )
  return await devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } })
}

async function loadListener(media: MediaStream, audio: AudioContext, on: VoiceEvents): Promise<Listener> {
  try {
    const { openDetector } = await import('./voice-detector.ts')
    return await openDetector(media, audio, on)
  } catch (error) {
    // A library that failed to load is not asked for again before the page is.
    throw new Error(
      say(
        'What tells speech from noise could not be loaded. Check that Heed can be reached, reload this page, then try again. It needs a browser of the last three years.',
      ),
      { cause: error },
    )
  }
}

/** Opens the microphone for a card of a running flow. */
export async function startMicrophone(flow: string, node: string): Promise<void> {
  stopMicrophone()
  const mine = turn
  useMicrophone.setState({ ...off, state: 'asking' })
  const fail = (error: unknown): void => {
    if (mine !== turn) return
    stopMicrophone()
    useMicrophone.setState({ trouble: words(error) })
  }
  try {
    const media = await askForMicrophone()
    const letGo = (): void => {
      for (const track of media.getTracks()) track.stop()
    }
    if (mine !== turn) return letGo()
    const audio = new AudioContext()
    useMicrophone.setState({ state: 'loading' })
    const opening = loadListener(media, audio, {
      speaking: (isHearing) => {
        if (mine === turn) useMicrophone.setState({ isHearing })
      },
      said: (wav) => {
        if (mine === turn) void send(flow, node, wav)
      },
      trouble: fail,
    })
    let unfollow = (): void => undefined
    close = () => {
      letGo()
      unfollow()
      void opening
        .then(
          (listener) => listener.close(),
          () => undefined,
        )
        .finally(() => void audio.close())
    }
    media.getAudioTracks()[0]?.addEventListener('ended', () => mine === turn && stopMicrophone())
    const listener = await opening
    if (mine !== turn) return
    listener.setDeaf(useSounds.getState().playing !== null)
    unfollow = useSounds.subscribe(({ playing }) => listener.setDeaf(playing !== null))
    useMicrophone.setState({ state: 'on-air' })
  } catch (error) {
    fail(error)
  }
}
