// The sound of an alert: two short tones, made here, so that there is no file to load when it matters. Silent when muted.
import { onAlert } from '../live.ts'
import { useSignIn } from '../sign-in.ts'

let context: AudioContext | null = null

/** Browsers allow sound only after a first press anywhere on the page. */
function wake(): void {
  context ??= new AudioContext()
  void context.resume()
}

function tone(audio: AudioContext, hertz: number, afterS: number): void {
  const oscillator = audio.createOscillator()
  const gain = audio.createGain()
  const start = audio.currentTime + afterS
  oscillator.frequency.value = hertz
  gain.gain.setValueAtTime(0, start)
  gain.gain.linearRampToValueAtTime(0.25, start + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.001, start + 0.35)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(start)
  oscillator.stop(start + 0.4)
}

/** Plays the alert once. */
export function playAlert(): void {
  if (!context || context.state !== 'running') return
  tone(context, 880, 0)
  tone(context, 1174, 0.18)
}

/** Plays on each alert until told otherwise. */
export function soundAlerts(): () => void {
  const stop = onAlert(() => {
    if (!useSignIn.getState().isMuted) playAlert()
  })
  addEventListener('pointerdown', wake)
  addEventListener('keydown', wake)
  return () => {
    stop()
    removeEventListener('pointerdown', wake)
    removeEventListener('keydown', wake)
  }
}
