// How Heed listens: what counts as said, how long at most, and not while Heed itself talks. Knows a speech detector only by
// its narrow interface: no microphone, no clock.

/** For Silero's model as @ricky0123/vad-web runs it. */
export const voiceSettings = {
  // Above 0.5 speech begins, below 0.35 it pauses: the model's own advice.
  positiveSpeechThreshold: 0.5,
  negativeSpeechThreshold: 0.35,
  /** Kept before the model is sure (it takes 100 to 200 ms), so that no first letter is lost. */
  preSpeechPadMs: 500,
  /** So long a pause ends what was said: 22 frames. */
  redemptionMs: 704,
  /** Less speech than this is a cough or a click. */
  minSpeechMs: 250,
  submitUserSpeechOnPause: false,
} as const

/** The model hears 512 samples at 16,000 a second at a time. */
export const frameMs = 32
/** What was said is sent after so long, even if nobody has paused. */
const mostMs = 20_000

/** What is needed of a detector. `pause` forgets what has begun, or ends it if `submitUserSpeechOnPause` is set. */
export interface Detector {
  start(): Promise<void>
  pause(): Promise<void>
  /** Gives everything back; only after a `start`. */
  destroy(): Promise<void>
  setOptions(update: { submitUserSpeechOnPause: boolean }): void
}

export interface Listener {
  /** Tell it of every frame the detector has looked at. */
  frameHeard(): void
  /** Tell it when the detector takes what it hears for speech, and when no longer. */
  setSpeaking(isSpeaking: boolean): void
  /** Hears nothing while Heed talks, and forgets what had begun. */
  setDeaf(isDeaf: boolean): void
  /** Resolves when the detector is gone; what had begun is not sent. */
  close(): Promise<void>
}

/** Listens with a detector that has been started. */
export function createListener(
  detector: Detector,
  on: { speaking: (isSpeaking: boolean) => void; trouble: (error: unknown) => void },
): Listener {
  let isSpeaking = false
  let isDeaf = false
  let isClosed = false
  let spokenMs = 0
  const setSpeaking = (is: boolean): void => {
    spokenMs = 0
    if (is === isSpeaking || (is && (isDeaf || isClosed))) return
    isSpeaking = is
    on.speaking(is)
  }
  // One change after the other: a start that overtakes a pause leaves the detector deaf.
  let work: Promise<void> = Promise.resolve()
  const then = (change: () => Promise<void>): void => {
    work = work
      .then(async () => {
        if (!isClosed) await change()
      })
      .catch(on.trouble)
  }
  const follow = async (): Promise<void> => await (isDeaf ? detector.pause() : detector.start())
  const cut = async (): Promise<void> => {
    if (isDeaf) return
    detector.setOptions({ submitUserSpeechOnPause: true })
    await detector.pause()
    detector.setOptions({ submitUserSpeechOnPause: false })
    await follow()
  }
  return {
    setSpeaking,
    frameHeard: () => {
      if (!isSpeaking) return
      spokenMs += frameMs
      if (spokenMs < mostMs) return
      spokenMs = 0
      then(cut)
    },
    setDeaf: (is) => {
      if (is === isDeaf) return
      isDeaf = is
      if (is) setSpeaking(false)
      then(follow)
    },
    close: async () => {
      if (isClosed) return await work
      setSpeaking(false)
      isClosed = true
      work = work.then(async () => await detector.destroy()).catch(on.trouble)
      await work
    },
  }
}
