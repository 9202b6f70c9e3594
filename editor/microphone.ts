// The browser's microphone for one voice-input card: listens, cuts out what was said, sends it off. Opens only on a click;
// keeps no recording, and does not listen to Heed's own voice.
import { create } from 'zustand'
import { api } from './api.ts'
import { createVoiceActivity, toWav, voiceSettings } from './graph/voice-activity.ts'
import { useSounds } from './sounds.ts'

interface Microphone {
  state: 'off' | 'asking' | 'on-air'
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
  if (name === 'NotAllowedError') return 'This browser was not allowed to listen. Allow the microphone for this page in the address bar, then try again.'
  if (name === 'NotFoundError') return 'This device has no microphone that the browser can see. Plug one in, then try again.'
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
    useMicrophone.setState({ heard: text === '' ? null : text, trouble: text === '' ? 'No words were understood. Say it again, a little closer.' : null })
  } catch (error) {
    useMicrophone.setState({ trouble: words(error) })
  }
}

/** Opens the microphone for a card of a running flow. */
export async function startMicrophone(flow: string, node: string): Promise<void> {
  stopMicrophone()
  const mine = turn
  useMicrophone.setState({ ...off, state: 'asking' })
  try {
    const devices = navigator.mediaDevices as MediaDevices | undefined
    if (!devices) throw new Error('Browsers share a microphone only with pages opened over https or on the machine itself. Open Heed that way, then try again.')
    const media = await devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } })
    const audio = new AudioContext()
    const letGo = (): void => {
      for (const track of media.getTracks()) track.stop()
      void audio.close()
    }
    if (mine !== turn) return letGo()
    close = letGo
    await audio.audioWorklet.addModule('/voice-worklet.js')
    if (mine !== turn) return
    const activity = createVoiceActivity(voiceSettings(audio.sampleRate))
    const worklet = new AudioWorkletNode(audio, 'heed-voice', { numberOfOutputs: 0 })
    worklet.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      if (mine !== turn) return
      if (useSounds.getState().playing !== null) return activity.reset()
      const said = activity.take(data)
      if (activity.isSpeaking() !== useMicrophone.getState().isHearing) useMicrophone.setState({ isHearing: activity.isSpeaking() })
      if (said) void send(flow, node, toWav(said, audio.sampleRate))
    }
    audio.createMediaStreamSource(media).connect(worklet)
    media.getAudioTracks()[0]?.addEventListener('ended', () => mine === turn && stopMicrophone())
    useMicrophone.setState({ state: 'on-air' })
  } catch (error) {
    if (mine !== turn) return
    stopMicrophone()
    useMicrophone.setState({ trouble: words(error) })
  }
}
