// Who gets a place inside a lane: a bounded number for each receiver, and none but one probe for a receiver that does not answer.
// Knows this process only and keeps nothing on disk; must never decide that an action is given up.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { growingPauseMs } from '../growing-pause.ts'

export interface ReceiverLimits {
  /** Tries at a time of one receiver. */
  places: number
  /** Unanswered tries in a row until it is left alone. */
  patience: number
  firstPauseMs: number
  longestPauseMs: number
}

/** No place now: come back after `afterMs`, and say `reason` meanwhile. */
export interface Hold {
  afterMs: number
  reason: string
  /** It does not answer: since when, and when somebody looks again. */
  silence?: { sinceMs: number; retryAtMs: number }
}

interface Receiver {
  running: number
  /** Unanswered tries since the last answer. */
  silent: number
  /** When the first of those began. */
  silentSinceMs: number
  openAtMs: number
  /** Ids of the actions that were sent back, in the order they came first. */
  waiting: Set<string>
}

/** Who waits is called as soon as a place is free, so this is only how long a lost word may cost; longer the more wait. */
const comeBackMs = 2_000
const longestComeBackMs = 30_000
const mostWaiting = 2_000

/** "13:35", in the server's own time. */
export function clockTime(atMs: number): string {
  const at = new Date(atMs)
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':')
}

export class Receivers {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #random: () => number
  readonly #limits: ReceiverLimits
  readonly #receivers = new Map<string, Receiver>()

  constructor(deps: { clock: Pick<Clock, 'nowMs'>; random(): number }, limits: ReceiverLimits) {
    this.#clock = deps.clock
    this.#random = deps.random
    this.#limits = limits
  }

  /** Those that do not answer, in words, for whoever asks how things are. */
  get silent(): string[] {
    return [...this.#receivers]
      .filter(([, receiver]) => this.#isSilent(receiver))
      .map(([name, receiver]) => this.#silenceWords(name, receiver))
  }

  /** Takes a place for this action, to be given back with `leave`; or says when to come back. */
  enter(name: string, id: string): Hold | undefined {
    const receiver = this.#receiver(name)
    const hold = this.#holdOf(name, receiver)
    if (hold) {
      if (receiver.waiting.size < mostWaiting) receiver.waiting.add(id)
      return hold
    }
    receiver.waiting.delete(id)
    receiver.running += 1
    return undefined
  }

  /**
   * Gives the place back. `answered`: what the try has shown of the receiver; undefined when nothing (it was cut off by us).
   * Returns the actions that may come now, so that they need not wait for their pause to end.
   */
  leave(name: string, startedAtMs: number, answered: boolean | undefined): string[] {
    const receiver = this.#receiver(name)
    receiver.running -= 1
    if (answered === true) receiver.silent = 0
    if (answered === false) this.#noteSilence(receiver, startedAtMs)
    const next = this.#isSilent(receiver) ? [] : [...receiver.waiting].slice(0, this.#limits.places - receiver.running)
    for (const id of next) receiver.waiting.delete(id)
    if (receiver.running === 0 && receiver.silent === 0 && receiver.waiting.size === 0) this.#receivers.delete(name)
    return next
  }

  #receiver(name: string): Receiver {
    const known = this.#receivers.get(name)
    if (known) return known
    const made: Receiver = { running: 0, silent: 0, silentSinceMs: 0, openAtMs: 0, waiting: new Set() }
    this.#receivers.set(name, made)
    return made
  }

  #holdOf(name: string, receiver: Receiver): Hold | undefined {
    if (this.#isSilent(receiver)) {
      const waitMs = receiver.openAtMs - this.#clock.nowMs()
      const silence = { sinceMs: receiver.silentSinceMs, retryAtMs: receiver.openAtMs }
      const reason = this.#silenceWords(name, receiver)
      if (waitMs > 0) return { afterMs: waitMs, reason, silence }
      // One at a time finds out whether it is back.
      return receiver.running > 0 ? { afterMs: comeBackMs, reason, silence } : undefined
    }
    if (receiver.running < this.#limits.places) return undefined
    return {
      afterMs: this.#comeBackMs(receiver),
      reason: `Waits for its turn: ${receiver.running} others are on their way to ${name}.`,
    }
  }

  /** A crowd that asked every two seconds would cost the database more than its answers do. */
  #comeBackMs({ waiting }: Receiver): number {
    const ms = Math.min(longestComeBackMs, comeBackMs * (1 + waiting.size / this.#limits.places))
    return Math.round(ms * (0.75 + this.#random() * 0.25))
  }

  #isSilent(receiver: Receiver): boolean {
    return receiver.silent >= this.#limits.patience
  }

  #silenceWords(name: string, receiver: Receiver): string {
    const since = clockTime(receiver.silentSinceMs)
    const nowMs = this.#clock.nowMs()
    const again = receiver.openAtMs > nowMs ? `trying again at ${clockTime(receiver.openAtMs)}` : 'trying again now'
    return `${name} has not answered since ${since}; ${again}.`
  }

  #noteSilence(receiver: Receiver, startedAtMs: number): void {
    if (receiver.silent === 0) receiver.silentSinceMs = startedAtMs
    receiver.silent += 1
    const { patience, firstPauseMs, longestPauseMs } = this.#limits
    if (receiver.silent < patience) return
    const pauseMs = growingPauseMs(receiver.silent - patience + 1, firstPauseMs, longestPauseMs, () => 1)
    receiver.openAtMs = this.#clock.nowMs() + Math.round(pauseMs * (0.75 + this.#random() * 0.25))
  }
}
