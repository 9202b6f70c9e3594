// What follows a notification until somebody acknowledges it: reminders, one after the other, and a deadline. Pure; times are
// the config's, and every phase is a delayed job of its own that survives restarts.
import { correctedBy } from '../contract/alerts.ts'
import type { Message } from '../contract/events.ts'

export interface EscalationConfig {
  repeatEveryM: number
  unacknowledgedAfterM: number
}

/** After this many reminders it is quiet: nobody is helped by the hundred-and-first. */
export const mostReminders = 100
export const deadline = 'deadline'

const minuteMs = 60_000

/** The number of a reminder; 0 for the notification itself, undefined for another phase. */
export function reminderNumber(phase: string): number | undefined {
  if (phase === '') return 0
  const digits = /^repeat-(\d{1,3})$/.exec(phase)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** What is put off after a try in this phase, whatever came of it. */
export function followingOf(
  { repeatEveryM, unacknowledgedAfterM }: EscalationConfig,
  phase: string,
  message: Pick<Message, 'fields'>,
): { phase: string; afterMs: number }[] {
  const number = reminderNumber(phase)
  // The reminders of the alert itself go on: those of its correction would only double them.
  const isCorrection = correctedBy(message) !== undefined
  const next =
    number !== undefined && number < mostReminders && repeatEveryM > 0 && !isCorrection
      ? [{ phase: `repeat-${number + 1}`, afterMs: repeatEveryM * minuteMs }]
      : []
  return phase === '' && unacknowledgedAfterM > 0
    ? [...next, { phase: deadline, afterMs: unacknowledgedAfterM * minuteMs }]
    : next
}

/** The event people see and acknowledge: what the first notification of an escalation was about. */
export function rootEventOf(message: Message): string {
  const about = message.fields?.about
  return typeof about === 'string' && about !== '' ? about : message.eventId
}

/** What the next one is told: how long it has been, and the words it began with. */
export function unacknowledgedMessage(message: Message, nowMs: number): Message {
  const { about, text, since } = message.fields ?? {}
  const isFurther = typeof about === 'string' && typeof text === 'string'
  const words = isFurther ? text : message.text
  const from = typeof since === 'string' ? since : message.at
  const passedMs = nowMs - Date.parse(from)
  return {
    ...message,
    text: `Nobody has acknowledged this${Number.isFinite(passedMs) ? ` for ${durationWords(passedMs)}` : ''}: ${words}`,
    fields: { ...message.fields, about: rootEventOf(message), text: words, since: from },
  }
}

/** "40 seconds", "3 minutes", "2 hours": as people say it. */
export function durationWords(ms: number): string {
  const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 90) return seconds === 60 ? '1 minute' : counted(seconds, 'second')
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? counted(minutes, 'minute') : counted(Math.round(minutes / 60), 'hour')
}
