// Silero's model, by @ricky0123/vad-web, at an open microphone: tells speech from noise and hands over what was said. Several
// megabytes: reach it by `import()` only, when somebody wants to speak. All it fetches comes from this server.
import { MicVAD, utils } from '@ricky0123/vad-web'
import { createListener, voiceSettings, type Listener } from './graph/voice-activity.ts'

const files = import.meta.env.VOICE_FILES
const rate = 16_000

export interface VoiceEvents {
  speaking: (isSpeaking: boolean) => void
  /** What was said, as a WAV of one channel with 16,000 samples of 16 bits a second: what speech servers want. */
  said: (wav: Uint8Array<ArrayBuffer>) => void
  trouble: (error: unknown) => void
}

/** Listens to `media`; who opened `media` and `audio` closes them, after the listener. */
export async function openDetector(media: MediaStream, audio: AudioContext, on: VoiceEvents): Promise<Listener> {
  // Before the model, which only a detector that could start gives back.
  await audio.audioWorklet.addModule(`${files}vad.worklet.bundle.min.js`)
  let listener: Listener | null = null
  const vad = await MicVAD.new({
    ...voiceSettings,
    model: 'v6',
    baseAssetPath: files,
    onnxWASMBasePath: import.meta.env.VOICE_WASM,
    startOnLoad: false,
    processorType: 'AudioWorklet',
    audioContext: audio,
    // One thread: more need a page that is closed to all others, and a frame takes a millisecond.
    ortConfig: ({ env }) => {
      env.logLevel = 'error'
      env.wasm.numThreads = 1
    },
    getStream: () => Promise.resolve(media),
    pauseStream: () => Promise.resolve(),
    resumeStream: (stream) => Promise.resolve(stream),
    onFrameProcessed: () => listener?.frameHeard(),
    onSpeechStart: () => listener?.setSpeaking(true),
    onVADMisfire: () => listener?.setSpeaking(false),
    onSpeechEnd: (samples) => {
      listener?.setSpeaking(false)
      on.said(new Uint8Array(utils.encodeWAV(samples, 1, rate, 1, 16)))
    },
  })
  // One frame after the other: the model goes by what it heard last, and must not be given back while it looks at a frame.
  const look = vad.processFrame
  let last: Promise<void> = Promise.resolve()
  vad.processFrame = (frame) => {
    last = last.then(() => look(frame)).catch(on.trouble)
    return last
  }
  await vad.start()
  listener = createListener(
    {
      start: vad.start,
      pause: vad.pause,
      setOptions: vad.setOptions,
      destroy: async () => {
        await vad.pause()
        await last
        await vad.destroy()
      },
    },
    on,
  )
  return listener
}
