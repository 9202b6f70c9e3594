// How Heed says times, amounts, states and reasons. Pure; no sentence here blames a person.
import type { Decision, Reason, SecondLook, StreamState, StreamStatus } from '../nodes/contract/events.ts'
import type { Kind } from '../nodes/contract/kinds.ts'
import { count, list, locale } from './words/say.ts'
import { told } from './words/served.ts'
import { say } from './words/say.ts'
export { duration } from '../nodes/contract/card-line.ts'
export { count }

/** What a second look said of an alert, as one sentence; null where there was none. */
export function secondLookWords(look: SecondLook | null | undefined): string | null {
  if (!look) return null
  const { why } = look
  if (look.said === 'no')
    return why === '' ? say('A second look says: not so.') : say('A second look says: not so. {why}', { why })
  if (look.said === 'yes')
    return why === '' ? say('A second look agrees.') : say('A second look agrees. {why}', { why })
  return why === '' ? say('A second look could not tell.') : say('A second look could not tell. {why}', { why })
}

/** "12 s ago", "3 min ago", "yesterday"; "unknown" when there is no time. */
export function ago(iso: string | null | undefined, nowMs: number): string {
  if (!iso) return say('unknown')
  const seconds = Math.round((nowMs - Date.parse(iso)) / 1000)
  if (Number.isNaN(seconds)) return say('unknown')
  if (seconds < 2) return say('just now')
  if (seconds < 60) return say('{seconds} s ago', { seconds })
  if (seconds < 3600) return say('{n} min ago', { n: Math.floor(seconds / 60) })
  if (seconds < 86_400) return say('{n} h ago', { n: Math.floor(seconds / 3600) })
  if (seconds < 2 * 86_400) return say('yesterday')
  return say('{n} days ago', { n: Math.floor(seconds / 86_400) })
}

/** The exact time, for the hover. */
export function exact(iso: string | null | undefined): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return ''
  return new Date(iso).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'medium' })
}

/** "13:35", with the day where it was another one. */
export function timeOfDay(iso: string, nowMs = Date.now()): string {
  const at = new Date(iso)
  const isToday = at.toDateString() === new Date(nowMs).toDateString()
  return at.toLocaleString(locale(), {
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  })
}

/** A model's latency, never with needless digits. */
export function latency(ms: number): string {
  if (ms < 1) return say('under 1 ms')
  return ms < 1000 ? say('{n} ms', { n: Math.round(ms) }) : say('{n} s', { n: (ms / 1000).toFixed(1) })
}

/** 12:05, or 1:02:05: a place in a clip. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const pad = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(s / 3600)
  return hours > 0 ? `${hours}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}` : `${Math.floor(s / 60)}:${pad(s % 60)}`
}

/** 1234567 → "1.2 MB". */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  if (count < 1e6) return say('{count} kB', { count: Math.round(count / 1e3) })
  return count < 1e9
    ? say('{value} MB', { value: (count / 1e6).toFixed(1) })
    : say('{value} GB', { value: (count / 1e9).toFixed(1) })
}

/** What a deploy will do to what runs: "Keeps watching, 1 card changes.", "Restarts Kitchen." */
export function deployWords(
  {
    kept,
    changed,
    restarted,
    started,
    stopped,
  }: Record<'kept' | 'changed' | 'restarted' | 'started' | 'stopped', string[]>,
  nameOf: (stream: string) => string,
): string {
  const named = (streams: string[], does: (cameras: string) => string): string[] => {
    if (streams.length === 0) return []
    return [does(streams.length > 2 ? count(streams.length, 'camera') : list(streams.map(nameOf)))]
  }
  const turns = [
    ...named(restarted, (cameras) => say('Restarts {cameras}.', { cameras })),
    ...named(started, (cameras) => say('Starts {cameras}.', { cameras })),
    ...named(stopped, (cameras) => say('Stops {cameras}.', { cameras })),
  ]
  if (turns.length > 0) return turns.join(' ')
  if (kept.length === 0) return ''
  return changed.length === 0
    ? say('Keeps watching, nothing changes.')
    : say('Keeps watching, {things}.', { things: count(changed.length, 'card changes', 'cards change') })
}

export const stateWords: Record<StreamState, string> = {
  running: say('Running'),
  starting: say('Starting'),
  degraded: say('In trouble'),
  stopped: say('Stopped'),
  finished: say('Finished'),
  failed: say('Failed'),
}

/** What there is to say of a stream's camera: its trouble, or what it waits for; null while it is simply watched or not on. */
export function cameraWords({
  state,
  reason,
  camera,
}: Pick<StreamStatus, 'state' | 'reason' | 'camera'>): string | null {
  const isOn = state === 'running' || state === 'starting' || state === 'degraded'
  return reason ?? (isOn && camera && camera.state !== 'watching' ? camera.text : null)
}

const silences: Record<Reason, string> = {
  model: say('Nothing to say'),
  'no-instruction': say('Waiting for an instruction'),
  'camera-lost': say('No picture from the camera'),
  'heed-away': say('Heed was not running'),
  'model-unreachable': say('The model does not answer'),
  duplicate: say('Already said that'),
  cooldown: say('Keeping quiet for a while'),
  schedule: say('Outside its hours'),
  dropped: say('This second was skipped'),
}

/** Why the model is quiet, in words. */
export function silenceWords(reason: Reason): string {
  return silences[reason] ?? reason
}

/** One decision as a line: what was said, or why nothing was. */
export function decisionWords(decision: Pick<Decision, 'action' | 'reason' | 'text' | 'question'>): string {
  if (decision.action === 'response') return decision.text || say('Spoke without words')
  if (decision.action === 'delegate') return decision.question || decision.text || say('Asked an agent')
  const why = silenceWords(decision.reason)
  return decision.text && decision.reason !== 'model' ? say('{why}: {text}', { why, text: told(decision.text) }) : why
}

/** The colour class of a decision: trouble is not the same as calm. */
export function decisionTone(
  decision: Pick<Decision, 'action' | 'reason'>,
): 'response' | 'delegate' | 'silence' | 'trouble' {
  if (decision.action !== 'silence') return decision.action
  return ['camera-lost', 'heed-away', 'model-unreachable', 'dropped'].includes(decision.reason) ? 'trouble' : 'silence'
}

const eventWords: Record<string, string> = {
  'response.given': say('The model spoke'),
  'delegation.made': say('An agent was asked'),
  'answer.received': say('An agent answered'),
  'delegation.failed': say('The agent did not answer'),
  'question.expired': say('A question was not answered'),
  'message.sent': say('A message was sent'),
  'recap.written': say('A recap was written'),
  'alert.confirmed': say('A second look confirms it'),
  'alert.retracted': say('A second look retracts it'),
  'alert.unverified': say('No second look in time'),
  'notification.delivered': say('Notification delivered'),
  'notification.failed': say('Notification failed'),
  'notification.unacknowledged': say('Nobody has acknowledged'),
  'speech.played': say('Spoken aloud'),
  'speech.dropped': say('Too late to be spoken'),
  'stream.started': say('Camera started'),
  'stream.lost': say('Camera lost'),
  'stream.resumed': say('Camera is back'),
  'stream.gap': say('Nobody was watching'),
  'stream.finished': say('Clip ended'),
  'stream.stopped': say('Camera stopped'),
  'stream.failed': say('Camera failed'),
  'model.lost': say('Model does not answer'),
  'model.resumed': say('Model is back'),
  'node.stuck': say('A node does not answer'),
  'node.resumed': say('The node is back'),
  'memory.restored': say('Memory given back to the model'),
  'decisions.lost': say('Some decisions could not be kept'),
}

/** "said 3 times, last 12 s ago"; null for what was said once. */
export function repeatWords(fields: Record<string, unknown>, nowMs: number): string | null {
  const repeats = fields.repeats as { count?: unknown; lastAt?: unknown } | undefined
  if (typeof repeats?.count !== 'number' || typeof repeats.lastAt !== 'string') return null
  return say('said {count} times, last {when}', { count: repeats.count, when: ago(repeats.lastAt, nowMs) })
}

/** Who has said that they saw it. */
export function seenByWords(by: string | null): string {
  if (by === 'owner') return say('the owner')
  if (by === 'token') return say('a script')
  return by === null || by === 'link' ? say('somebody with the link') : by.replace(/ \(link\)$/, '')
}

/** Of an incident: how often it was told, and whether it goes on; null where its time says it all. */
export function incidentWords(
  { count: times, lastAt, overAt }: { count: number; lastAt: string; overAt: string | null },
  /** Something will say that it is over; nothing says it of what was seen, nor of what once failed. */
  canEnd: boolean,
  nowMs: number,
): string | null {
  const last = ago(lastAt, nowMs)
  if (canEnd) {
    const told = times > 1 ? say('{count} times, last {when}', { count: times, when: last }) : null
    const end = overAt === null ? say('goes on') : say('over since {time}', { time: timeOfDay(overAt, nowMs) })
    return told === null ? end : say('{told}, {end}', { told, end })
  }
  if (times < 2) return null
  // What was seen may still be there.
  return overAt === null
    ? say('{count} times, last {when}', { count: times, when: last })
    : say('{count} times, last {when}, not seen again', { count: times, when: last })
}

/** An event's kind in words; an unknown kind is shown as it is. */
export function eventKindWords(kind: string): string {
  return eventWords[kind] ?? kind.replace('.', ' ')
}

/** "about 76 % saved", of the tokens that whole pictures would have cost; null before anything was sent. */
export function tokensSaved(tokens: { sent: number; fullRate: number }): string | null {
  if (tokens.fullRate <= 0) return null
  return say('about {n} % saved', { n: Math.max(0, Math.round((1 - tokens.sent / tokens.fullRate) * 100)) })
}

/** What a wire of each kind carries. */
export const kindWords: Record<Kind, string> = {
  frames: say('pictures'),
  memory: say('a memory'),
  delegation: say('questions for an agent'),
  answer: say("an agent's answers"),
  audio: say('sound'),
  message: say('messages'),
  decision: say('every decision'),
}

const deliveryWords: Record<string, string> = {
  pending: say('Waiting to be sent'),
  running: say('Being sent'),
  delivered: say('Delivered'),
  failed: say('Failed'),
  retrying: say('Trying again'),
  cancelling: say('Being cancelled'),
  cancelled: say('Cancelled'),
  dropped: say('Too late'),
}
/** A question is not a parcel. */
const askedWords: Record<string, string> = {
  pending: say('Waiting to be asked'),
  running: say('The agent is at work'),
  delivered: say('Answered'),
}
const spokenWords: Record<string, string> = {
  pending: say('Waiting to be spoken'),
  running: say('Being spoken'),
  delivered: say('Spoken'),
}

/** What is on its way: told by the type of its card, where that is known. */
export type Parcel = 'message' | 'question' | 'speech'

/** `cancelled` for what a person ended, `dropped` for what came too late to be spoken, else the state as it is. */
export function endOf({ state, code }: { state: string; code: string | null }): string {
  if (state === 'delivered' && code === 'SPEECH_DROPPED') return 'dropped'
  return state === 'failed' && code === 'ACTION_CANCELLED' ? 'cancelled' : state
}

const phaseOf = (id: string): 'reminder' | 'deadline' | null =>
  /_repeat-\d+$/.test(id) ? 'reminder' : id.endsWith('_deadline') ? 'deadline' : null

/** What follows a notification until somebody has seen it, in words; null for the notification itself. */
export function followUpWords({ id, state, detail }: { id: string; state: string; detail: string }): string | null {
  const phase = phaseOf(id)
  if (phase === null) return null
  if (state === 'delivered') return detail || say('Done')
  if (state !== 'pending') return phase === 'reminder' ? say('Reminding again') : say('Telling the next one')
  return phase === 'reminder'
    ? say('Reminds again unless somebody has seen it')
    : say('Tells the next one unless somebody has seen it')
}

/** How long something has gone on: "18 s", empty when it has only begun. */
export function since(iso: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(iso)) / 1000)
  if (Number.isNaN(seconds) || seconds < 2) return ''
  if (seconds < 60) return say('{n} s', { n: seconds })
  return seconds < 3600
    ? say('{n} min', { n: Math.floor(seconds / 60) })
    : say('{n} h', { n: Math.floor(seconds / 3600) })
}

/** A delivery's state with its tries: "Delivered", "Trying again, try 3". */
export function deliveryStateWords(state: string, attempts: number, parcel: Parcel = 'message'): string {
  const word =
    { message: deliveryWords, question: askedWords, speech: spokenWords }[parcel][state] ??
    deliveryWords[state] ??
    state
  if (state === 'cancelling' || state === 'cancelled') return word
  if (attempts <= 1) return word
  return state === 'delivered' || state === 'failed'
    ? say('{word} after {attempts} tries', { word, attempts })
    : say('{word}, try {attempts}', { word, attempts })
}

/** What an error says; whatever else was thrown, as text. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** "Chrome on Linux" as the server tells it; both are names, only what stands between them is said. */
export function browserWords(told: string): string {
  const [browser, system] = told.split(' on ')
  if (!browser) return say('A browser')
  return system ? say('{browser} on {system}', { browser, system }) : browser
}
