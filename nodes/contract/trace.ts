// Which way a message took through a flow, and why it came no further. Data and pure functions: a node names a reason by code and
// values, its type has the sentence, and whoever shows it fills one into the other.
import { z } from 'zod'

/** Why a node let a message pass or held it. `code` is one of its type's `reasons`. */
export interface Because {
  code: string
  /** Names that end in `Ms` are durations, in `At` instants (ISO 8601). */
  params?: Record<string, string | number>
  /** It was meant for the node itself: an order, a question. Not held, though it goes no further. */
  isTaken?: true
}

/** A message at one node. Delivering is told by the rows of its deliveries, not here. */
export interface TraceStep {
  /** ISO 8601. */
  at: string
  node: string
  /** The node's type, whose `reasons` has the sentence of `code`. */
  type: string
  what: 'passed' | 'held'
  code: string
  params?: Record<string, string | number>
  /** The out ports it left by, where it did. */
  ports?: string[]
}

/** So many steps of one message are kept: a flow that sends in circles must not fill a table. */
export const mostSteps = 40

/** What the engine itself says of a message at a node; a type may say more. */
export const commonReasons: Readonly<Record<string, string>> = {
  spoke: 'It said so.',
  passed: 'It let this through.',
  held: 'It let nothing of this through.',
  taken: 'It took this in; nothing more comes of it.',
  repeated: 'The same was said again {count} times, up to {lastAt}. Who was told is not told again.',
  nowhere: 'No wire leads on from here.',
  failed: 'The card failed at this: {error}',
  sent: 'It is on its way.',
  later: 'Waits until {dueAt}, and is not sent if somebody acknowledges it before.',
}

/** What passed along one wire at one tick, the newest of it. */
export const WirePassSchema = z.object({
  /** `node.port`, both. */
  from: z.string(),
  to: z.string(),
  eventId: z.string(),
  text: z.string(),
  /** How many messages at once. */
  count: z.number(),
})
export type WirePass = z.infer<typeof WirePassSchema>
export const longestPassText = 140

/** Notes a message on a wire; of several at once the last stays, counted. */
export function notePass(
  passes: Map<string, WirePass>,
  from: string,
  to: string,
  message: { eventId: string; text: string },
): void {
  const key = `${from} ${to}`
  const count = (passes.get(key)?.count ?? 0) + 1
  passes.set(key, { from, to, eventId: message.eventId, text: message.text.slice(0, longestPassText), count })
}

/** "40 s", "3 min", "2 h". */
export function shortDuration(ms: number): string {
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}

/** Why a message passed or was held, in words: the type's own sentence, else what the engine says; null where nobody has one. */
export function reasonOf(
  { code, params }: Pick<TraceStep, 'code' | 'params'>,
  reasons: Readonly<Record<string, string>> | undefined,
  timeOf: (iso: string) => string,
): string | null {
  const sentence = reasons?.[code] ?? commonReasons[code]
  return sentence === undefined ? null : writeReason(sentence, params, timeOf)
}

/** A reason in words: `{name}` is filled from the values; instants by `timeOf`. */
export function writeReason(
  sentence: string,
  params: Readonly<Record<string, string | number>> = {},
  timeOf: (iso: string) => string,
): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    if (value === undefined) return whole
    if (name.endsWith('Ms') && typeof value === 'number') return shortDuration(value)
    return name.endsWith('At') && typeof value === 'string' ? timeOf(value) : String(value)
  })
}
