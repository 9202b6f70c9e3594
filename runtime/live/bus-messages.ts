// Live messages on their way between processes: packed into payloads, cut to size. Pure. Never drops one without saying so.
import type { LiveMessage } from './messages.ts'

export interface Packed {
  payloads: string[]
  /** Messages whose texts were shortened. */
  cut: number
  /** Messages that do not fit even when shortened. */
  dropped: number
}
export interface Unpacked {
  from: string
  /** Whether somebody there looks on: absent before anybody said so. */
  looksOn: boolean
  messages: LiveMessage[]
}

/** Packs messages, in order, into as few payloads of at most `maxBytes` as it takes; none at all is a greeting. */
export function packMessages(
  { id, looksOn }: { id: string; looksOn: boolean },
  messages: readonly LiveMessage[],
  maxBytes: number,
): Packed {
  const head = `{"f":${JSON.stringify(id)},"l":${looksOn ? 1 : 0},"m":[`
  const room = maxBytes - Buffer.byteLength(head) - 2
  const packed: Packed = { payloads: [], cut: 0, dropped: 0 }
  let parts: string[] = []
  let used = 0
  const close = (): void => {
    packed.payloads.push(`${head}${parts.join(',')}]}`)
    parts = []
    used = 0
  }
  for (const message of messages) {
    const { text, isCut } = fitMessage(message, room)
    if (isCut) packed[text === undefined ? 'dropped' : 'cut'] += 1
    if (text === undefined) continue
    const size = Buffer.byteLength(text) + 1
    if (used + size > room + 1 && parts.length > 0) close()
    parts.push(text)
    used += size
  }
  if (parts.length > 0 || messages.length === 0) close()
  return packed
}

/** The messages of a payload, undefined when it is not one of ours. */
export function unpackMessages(payload: string): Unpacked | undefined {
  try {
    const { f, l, m } = JSON.parse(payload) as { f?: unknown; l?: unknown; m?: unknown }
    if (typeof f !== 'string' || !Array.isArray(m)) return undefined
    return { from: f, looksOn: l !== 0, messages: m as LiveMessage[] }
  } catch {
    return undefined
  }
}

const textLimits = [2000, 500, 100]

/** As JSON of at most `maxBytes`: long texts are cut first, then what cards show beside their text is left out. */
function fitMessage(message: LiveMessage, maxBytes: number): { text: string | undefined; isCut: boolean } {
  const whole = JSON.stringify(message)
  if (Buffer.byteLength(whole) <= maxBytes) return { text: whole, isCut: false }
  for (const limit of textLimits) {
    const text = JSON.stringify(message, (_key, value: unknown) =>
      typeof value === 'string' ? cutText(value, limit) : value,
    )
    if (Buffer.byteLength(text) <= maxBytes) return { text, isCut: true }
  }
  const bare = JSON.stringify(message, (key, value: unknown) =>
    key === 'data' ? undefined : typeof value === 'string' ? cutText(value, 100) : value,
  )
  return { text: Buffer.byteLength(bare) <= maxBytes ? bare : undefined, isCut: true }
}

function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`
}
