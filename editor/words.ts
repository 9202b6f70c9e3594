// How Heed says times, amounts, states and reasons. Pure; no sentence here blames a person.
import type { Decision, Reason, StreamState, StreamStatus } from '../nodes/contract/events.ts'
import type { Kind } from '../nodes/contract/kinds.ts'
import { count } from './words/say.ts'
export { duration } from '../nodes/contract/card-line.ts'
export { count }

/** "12 s ago", "3 min ago", "yesterday"; "unknown" when there is no time. */
export function ago(iso: string | null | undefined, nowMs: number): string {
  if (!iso) return 'unknown'
  const seconds = Math.round((nowMs - Date.parse(iso)) / 1000)
  if (Number.isNaN(seconds)) return 'unknown'
  if (seconds < 2) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  if (seconds < 2 * 86_400) return 'yesterday'
  return `${Math.floor(seconds / 86_400)} days ago`
}

/** The exact time, for the hover. */
export function exact(iso: string | null | undefined): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return ''
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** "13:35", with the day where it was another one. */
export function timeOfDay(iso: string, nowMs = Date.now()): string {
  const at = new Date(iso)
  const isToday = at.toDateString() === new Date(nowMs).toDateString()
  return at.toLocaleString(undefined, {
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  })
}

/** A model's latency, never with needless digits. */
export function latency(ms: number): string {
  if (ms < 1) return 'under 1 ms'
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
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
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`
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
  const named = (verb: string, streams: string[]): string[] =>
    streams.length === 0
      ? []
      : [
          streams.length > 2
            ? `${verb} ${count(streams.length, 'camera')}.`
            : `${verb} ${streams.map(nameOf).join(' and ')}.`,
        ]
  const turns = [...named('Restarts', restarted), ...named('Starts', started), ...named('Stops', stopped)]
  if (turns.length > 0) return turns.join(' ')
  if (kept.length === 0) return ''
  return changed.length === 0
    ? 'Keeps watching, nothing changes.'
    : `Keeps watching, ${count(changed.length, 'card changes', 'cards change')}.`
}

export const stateWords: Record<StreamState, string> = {
  running: 'Running',
  starting: 'Starting',
  degraded: 'In trouble',
  stopped: 'Stopped',
  finished: 'Finished',
  failed: 'Failed',
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
  model: 'Nothing to say',
  'no-instruction': 'Waiting for an instruction',
  'camera-lost': 'No picture from the camera',
  'heed-away': 'Heed was not running',
  'model-unreachable': 'The model does not answer',
  duplicate: 'Already said that',
  cooldown: 'Keeping quiet for a while',
  schedule: 'Outside its hours',
  dropped: 'This second was skipped',
}

/** Why the model is quiet, in words. */
export function silenceWords(reason: Reason): string {
  return silences[reason] ?? reason
}

/** One decision as a line: what was said, or why nothing was. */
export function decisionWords(decision: Pick<Decision, 'action' | 'reason' | 'text' | 'question'>): string {
  if (decision.action === 'response') return decision.text || 'Spoke without words'
  if (decision.action === 'delegate') return decision.question || decision.text || 'Asked an agent'
  const why = silenceWords(decision.reason)
  return decision.text && decision.reason !== 'model' ? `${why}: ${decision.text}` : why
}

/** The colour class of a decision: trouble is not the same as calm. */
export function decisionTone(
  decision: Pick<Decision, 'action' | 'reason'>,
): 'response' | 'delegate' | 'silence' | 'trouble' {
  if (decision.action !== 'silence') return decision.action
  return ['camera-lost', 'heed-away', 'model-unreachable', 'dropped'].includes(decision.reason) ? 'trouble' : 'silence'
}

const eventWords: Record<string, string> = {
  'response.given': 'The model spoke',
  'delegation.made': 'An agent was asked',
  'answer.received': 'An agent answered',
  'delegation.failed': 'The agent did not answer',
  'message.sent': 'A message was sent',
  'recap.written': 'A recap was written',
  'alert.confirmed': 'A second look confirms it',
  'alert.retracted': 'A second look retracts it',
  'alert.unverified': 'No second look in time',
  'notification.delivered': 'Notification delivered',
  'notification.failed': 'Notification failed',
  'notification.unacknowledged': 'Nobody has acknowledged',
  'speech.played': 'Spoken aloud',
  'speech.dropped': 'Too late to be spoken',
  'stream.started': 'Camera started',
  'stream.lost': 'Camera lost',
  'stream.resumed': 'Camera is back',
  'stream.gap': 'Nobody was watching',
  'stream.finished': 'Clip ended',
  'stream.stopped': 'Camera stopped',
  'stream.failed': 'Camera failed',
  'model.lost': 'Model does not answer',
  'model.resumed': 'Model is back',
  'node.stuck': 'A node does not answer',
  'node.resumed': 'The node is back',
  'memory.restored': 'Memory given back to the model',
  'decisions.lost': 'Some decisions could not be kept',
}

/** "said 3 times, last 12 s ago"; null for what was said once. */
export function repeatWords(fields: Record<string, unknown>, nowMs: number): string | null {
  const repeats = fields.repeats as { count?: unknown; lastAt?: unknown } | undefined
  if (typeof repeats?.count !== 'number' || typeof repeats.lastAt !== 'string') return null
  return `said ${repeats.count} times, last ${ago(repeats.lastAt, nowMs)}`
}

/** An event's kind in words; an unknown kind is shown as it is. */
export function eventKindWords(kind: string): string {
  return eventWords[kind] ?? kind.replace('.', ' ')
}

/** "about 76 % saved", of the tokens that whole pictures would have cost; null before anything was sent. */
export function tokensSaved(tokens: { sent: number; fullRate: number }): string | null {
  if (tokens.fullRate <= 0) return null
  return `about ${Math.max(0, Math.round((1 - tokens.sent / tokens.fullRate) * 100))} % saved`
}

/** What a wire of each kind carries. */
export const kindWords: Record<Kind, string> = {
  frames: 'pictures',
  memory: 'a memory',
  delegation: 'questions for an agent',
  answer: "an agent's answers",
  audio: 'sound',
  message: 'messages',
  decision: 'every decision',
}

const deliveryWords: Record<string, string> = {
  pending: 'Waiting to be sent',
  running: 'Being sent',
  delivered: 'Delivered',
  failed: 'Failed',
  retrying: 'Trying again',
  cancelling: 'Being cancelled',
  cancelled: 'Cancelled',
  dropped: 'Too late',
}
/** A question is not a parcel. */
const askedWords: Record<string, string> = {
  pending: 'Waiting to be asked',
  running: 'The agent is at work',
  delivered: 'Answered',
}
const spokenWords: Record<string, string> = {
  pending: 'Waiting to be spoken',
  running: 'Being spoken',
  delivered: 'Spoken',
}

/** What is on its way: told by the type of its card, where that is known. */
export type Parcel = 'message' | 'question' | 'speech'

/** `cancelled` for what a person ended, `dropped` for what came too late to be spoken, else the state as it is. */
export function endOf({ state, detail }: { state: string; detail: string }): string {
  if (state === 'delivered' && detail.startsWith('Dropped')) return 'dropped'
  return state === 'failed' && detail.startsWith('Cancelled by a person') ? 'cancelled' : state
}

const phaseOf = (id: string): 'reminder' | 'deadline' | null =>
  /_repeat-\d+$/.test(id) ? 'reminder' : id.endsWith('_deadline') ? 'deadline' : null

/** What follows a notification until somebody has seen it, in words; null for the notification itself. */
export function followUpWords({ id, state, detail }: { id: string; state: string; detail: string }): string | null {
  const phase = phaseOf(id)
  if (phase === null) return null
  if (state === 'delivered') return detail || 'Done'
  if (state !== 'pending') return phase === 'reminder' ? 'Reminding again' : 'Telling the next one'
  return phase === 'reminder'
    ? 'Reminds again unless somebody has seen it'
    : 'Tells the next one unless somebody has seen it'
}

/** How long something has gone on: "18 s", empty when it has only begun. */
export function since(iso: string, nowMs: number): string {
  return ago(iso, nowMs).replace(/ ago$|^just now$|^unknown$/, '')
}

/** A delivery's state with its tries: "Delivered", "Trying again, try 3". */
export function deliveryStateWords(state: string, attempts: number, parcel: Parcel = 'message'): string {
  const word =
    { message: deliveryWords, question: askedWords, speech: spokenWords }[parcel][state] ??
    deliveryWords[state] ??
    state
  if (state === 'cancelling' || state === 'cancelled') return word
  if (attempts <= 1) return word
  return state === 'delivered' || state === 'failed' ? `${word} after ${attempts} tries` : `${word}, try ${attempts}`
}
