// The one line on a card that says what the node is set to do: its template, filled from its config in words. Pure.
import { hideInAddress } from './address-secrets.ts'
import { replaceAddresses } from './addresses.ts'
import type { FieldMeta } from './widgets.ts'

/** One config field as `GET /api/nodes` describes it, as far as its value is put in words. */
export interface WordedField extends FieldMeta {
  default?: unknown
  items?: WordedField
}

/** What a node type says of its cards. */
export interface WordedType {
  card: string
  config: { properties?: Record<string, WordedField> }
}

/** 90000 → "1.5 min". */
export function duration(ms: number): string {
  const say = (amount: number, unit: string): string => `${Number(amount.toFixed(1))} ${unit}`
  if (ms < 1000) return say(ms, 'ms')
  if (ms < 60_000) return say(ms / 1000, 's')
  if (ms < 3_600_000) return say(ms / 60_000, 'min')
  return say(ms / 3_600_000, 'h')
}

function inWords(value: unknown, field: WordedField | undefined): string {
  if (value === undefined || value === null || value === '') return ''
  if (field?.widget === 'duration' && typeof value === 'number') return duration(value)
  const option = field?.options?.find((candidate) => candidate.value === String(value))
  if (option) return option.label
  if (Array.isArray(value))
    return value.map((item) => inWords(item, field?.options ? { options: field.options } : field?.items)).join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'object') return ''
  return field?.unit ? `${String(value)} ${field.unit}` : String(value)
}

/** A field that does not apply now, such as the address of a camera that is a clip. */
function isHidden(
  field: WordedField | undefined,
  fields: Record<string, WordedField>,
  config: Record<string, unknown>,
): boolean {
  if (!field?.showIf) return false
  const { field: other, is } = field.showIf
  return !is.includes((config[other] ?? fields[other]?.default) as string | number | boolean)
}

/** A template such as `quiet for {{quietMs}}` with the config's values; parts without a value are left out. */
export function cardLine(type: WordedType, config: Record<string, unknown>): string {
  const fields = type.config.properties ?? {}
  let missing = 0
  let filled = 0
  const line = type.card.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (all, name: string, at: number) => {
    const field = fields[name]
    const text = isHidden(field, fields, config) ? '' : inWords(config[name] ?? field?.default, field)
    if (text === '') missing++
    else filled++
    const after = type.card.slice(at + all.length).trimStart()
    return field?.unit && after.startsWith(field.unit) ? text.slice(0, -field.unit.length).trimEnd() : text
  })
  if (missing > 0 && filled === 0) return 'Not set up yet'
  return tidy(line)
}

function tidy(line: string): string {
  const text = line
    .replace(/\s+/g, ' ')
    .replace(/\s([,.;:])/g, '$1')
    .replace(/^[\s,;:·]+|[\s,;:·]+$/g, '')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** An address without its user name and password: what may be shown on a card. */
export function withoutCredentials(text: string): string {
  return replaceAddresses(text, (address) => hideInAddress(address)?.text ?? address)
}
