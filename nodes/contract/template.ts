// The template language of titles and texts: `{{text}}`, `{{time}}`, `{{flow}}`, `{{camera}}`, `{{fields.name}}`, and nothing else.
// Pure, without code: one pass, so that what a value holds is never read as a placeholder again.
import { z } from 'zod'
import type { Problem } from './errors.ts'
import type { Message } from './events.ts'

export interface TemplateWorld {
  /** The flow's name, in words. */
  flow: string
  /** IANA name; the server's own when absent. */
  timeZone?: string
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g
const plain = ['text', 'time', 'flow', 'camera'] as const
const fieldName = /^fields\.([A-Za-z0-9_-]{1,64})$/
/** A name that `{{fields.name}}` finds. */
export const FieldNameSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
const longestValue = 4000

/** The template with every placeholder filled from the message; an unknown one leaves nothing behind. */
export function renderTemplate(template: string, message: Message, world: TemplateWorld): string {
  return template.replace(placeholder, (_whole, name: string) => valueOf(name, message, world).slice(0, longestValue))
}

/** A warning for each placeholder that will always stay empty. */
export function templateWarnings(template: string, field: string): Omit<Problem, 'node'>[] {
  if (!template.includes('{{')) return []
  const names = [...template.matchAll(placeholder)].map((match) => match[1] ?? '')
  const unknown = [...new Set(names)].filter((name) => !plain.some((known) => known === name) && !fieldName.test(name))
  return unknown.map((name) => ({
    port: null,
    field,
    code: 'TEMPLATE_FIELD_UNKNOWN',
    severity: 'warning',
    message: `"{{${name}}}" means nothing here and stays empty. Use {{text}}, {{time}}, {{flow}}, {{camera}} or {{fields.name}}.`,
  }))
}

/** What to say of an address that `isFilledIn`. */
export const filledInWords =
  'An address cannot be filled in from a message: text never chooses where to send. Write the host itself, without { } or *.'

/** True when the host or the port of an address holds a placeholder or a wildcard; its path may hold what it likes. */
export function isFilledIn(address: string): boolean {
  const text = address.trim()
  if (URL.canParse(text) && new URL(text).host !== '') return /[{}*]/.test(new URL(text).hostname)
  const [, authority = ''] = /^(?:[a-z][a-z0-9+.-]*:[\\/]*)?([^/?#\\]*)/i.exec(text) ?? []
  return /[{}*]/.test(authority.slice(authority.lastIndexOf('@') + 1))
}

/** Text for a place that has one line: a subject, a header, a title. Line breaks and control characters become spaces. */
export function oneLine(text: string, longest = 200): string {
  return cutText(text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim(), longest)
}

/** At most `longest` characters, with an ellipsis where something was left out; never half of a surrogate pair. */
export function cutText(text: string, longest: number): string {
  if (text.length <= longest) return text
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function valueOf(name: string, message: Message, world: TemplateWorld): string {
  switch (name) {
    case 'text':
      return message.text
    case 'time':
      return timeWords(message.at, world.timeZone)
    case 'flow':
      return world.flow
    case 'camera':
      return cameraOf(message)
    default:
      return fieldOf(name, message)
  }
}

/** The camera's own name, or its node's: a stream is named after its flow and that. */
function cameraOf({ source: { flow, stream, camera } }: Message): string {
  if (camera !== undefined) return camera
  return stream.startsWith(`${flow}-`) ? stream.slice(flow.length + 1) : stream
}

function fieldOf(name: string, message: Message): string {
  const key = fieldName.exec(name)?.[1]
  // Only own entries: a template may say "fields.constructor".
  const value =
    key !== undefined && message.fields && Object.hasOwn(message.fields, key) ? message.fields[key] : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** `2026-03-01 08:15`, in the given zone. */
function timeWords(at: string, timeZone: string | undefined): string {
  const atMs = Date.parse(at)
  if (Number.isNaN(atMs)) return ''
  // Swedish writes dates the ISO way.
  return new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(atMs))
}
