// What values a person wants out of a message: written as lines, or as a JSON Schema. Pure. Understands less than all of JSON
// Schema, and says so instead of leaving a rule out.
import { FieldNameSchema } from '../contract/template.ts'

export interface WantedField {
  name: string
  kind: 'text' | 'number' | 'integer' | 'boolean'
  choices?: string[]
  least?: number
  most?: number
  /** In the person's own words, for the model. */
  help: string
  isOptional: boolean
}

const mostFields = 30
const mostChoices = 40
/** What Heed itself writes into a message's fields and goes by: text must never get there. */
const reserved = [
  '__proto__',
  'about',
  'action',
  'agent',
  'answeredBy',
  'armed',
  'audio',
  'channel',
  'note',
  'question',
  'since',
  'skills',
  'text',
  'title',
  'values',
  'why',
]

/** Throws nothing: the fields, or what is wrong in words. */
export type FieldList = { fields: WantedField[] } | { problem: string }

/** Reads the list from either form. */
export function readFieldList(source: string): FieldList {
  const text = source.trim()
  const read = text.startsWith('{') ? readSchema(text) : readLines(text)
  if ('problem' in read) return read
  const { fields } = read
  if (fields.length === 0) return { problem: 'Name at least one value, such as "count: whole number".' }
  if (fields.length > mostFields)
    return { problem: `There are ${fields.length} values; at most ${mostFields} can be read.` }
  for (const [at, { name, choices = [] }] of fields.entries()) {
    const trouble = nameTrouble(name)
    if (trouble !== undefined) return { problem: trouble }
    if (fields.findIndex((other) => other.name === name) < at) return { problem: `"${name}" is there twice.` }
    if (choices.length > mostChoices)
      return { problem: `"${name}" has ${choices.length} choices; at most ${mostChoices}.` }
  }
  return read
}

function nameTrouble(name: string): string | undefined {
  if (!FieldNameSchema.safeParse(name).success)
    return `"${name.slice(0, 70)}" is no name: letters, digits, "-" and "_", at most 64.`
  return reserved.includes(name) ? `"${name}" is a name that Heed uses itself. Choose another one.` : undefined
}

const kinds: Record<string, WantedField['kind']> = {
  text: 'text',
  string: 'text',
  number: 'number',
  'whole number': 'integer',
  integer: 'integer',
  'yes or no': 'boolean',
  'yes/no': 'boolean',
  boolean: 'boolean',
}
const range = /^(.*?)\s+(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)$/

/** `name: kind, in words`; "?" after the name where it may be missing; "a | b" for choices. */
function readLines(text: string): FieldList {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const fields: WantedField[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const left = (colon < 0 ? line : line.slice(0, colon)).trim()
    const right = colon < 0 ? 'text' : line.slice(colon + 1).trim()
    const comma = right.indexOf(',')
    const what = (comma < 0 ? right : right.slice(0, comma)).trim()
    const isOptional = left.endsWith('?')
    const base = {
      name: isOptional ? left.slice(0, -1).trim() : left,
      help: comma < 0 ? '' : right.slice(comma + 1).trim(),
      isOptional,
    }
    if (what.includes('|')) {
      const choices = what.split('|').map((each) => each.trim())
      if (choices.includes('')) return { problem: `In "${line.slice(0, 60)}" a choice is empty.` }
      fields.push({ ...base, kind: 'text', choices })
      continue
    }
    const [, word = what, least, most] = range.exec(what) ?? []
    const kind = kinds[word.toLowerCase()]
    if (kind === undefined || (least !== undefined && kind !== 'number' && kind !== 'integer'))
      return {
        problem: `"${what.slice(0, 60)}" is no kind of value. Write text, number, whole number, yes or no, or choices such as open | closed.`,
      }
    fields.push({
      ...base,
      kind,
      ...(least === undefined ? {} : { least: Number(least) }),
      ...(most === undefined ? {} : { most: Number(most) }),
    })
  }
  return { fields }
}

const knownAtTop = ['$schema', 'type', 'title', 'description', 'properties', 'required', 'additionalProperties']
const knownInside = ['type', 'title', 'description', 'enum', 'minimum', 'maximum']

function readSchema(text: string): FieldList {
  const schema = tryObject(text)
  if (!schema) return { problem: 'This begins like a JSON Schema, but it is no JSON object.' }
  const strange = Object.keys(schema).find((key) => !knownAtTop.includes(key))
  if (strange !== undefined) return { problem: `"${strange.slice(0, 60)}" of JSON Schema is not understood here.` }
  const { properties, required = [], type = 'object' } = schema
  if (type !== 'object' || !isObject(properties) || !Array.isArray(required))
    return { problem: 'The JSON Schema must be of an object, with its "properties".' }
  const missing = required.find((name) => typeof name !== 'string' || !Object.hasOwn(properties, name))
  if (missing !== undefined) return { problem: `"${String(missing).slice(0, 60)}" is required and no property.` }
  const fields: WantedField[] = []
  for (const [name, property] of Object.entries(properties)) {
    const field = readProperty(name, property, !required.includes(name))
    if ('problem' in field) return field
    fields.push(field)
  }
  return { fields }
}

function readProperty(name: string, property: unknown, isOptional: boolean): WantedField | { problem: string } {
  if (!isObject(property)) return { problem: `"${name}" has no description of its own in the JSON Schema.` }
  const strange = Object.keys(property).find((key) => !knownInside.includes(key))
  if (strange !== undefined) return { problem: `"${strange}" of "${name}" is not understood here.` }
  const { type = 'string', enum: choices, minimum, maximum, description = '', title = '' } = property
  const kind =
    typeof type === 'string' && ['string', 'number', 'integer', 'boolean'].includes(type) ? kinds[type] : undefined
  if (kind === undefined) return { problem: `"${name}" must be a string, a number, an integer or a boolean.` }
  if (choices !== undefined && !(kind === 'text' && isTexts(choices)))
    return { problem: `The "enum" of "${name}" must be a list of texts.` }
  for (const limit of [minimum, maximum])
    if (limit !== undefined && (typeof limit !== 'number' || (kind !== 'number' && kind !== 'integer')))
      return { problem: `The limits of "${name}" must be numbers, of a number.` }
  return {
    name,
    kind,
    help: String(description || title),
    isOptional,
    ...(isTexts(choices) ? { choices } : {}),
    ...(typeof minimum === 'number' ? { least: minimum } : {}),
    ...(typeof maximum === 'number' ? { most: maximum } : {}),
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function tryObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The same list as a JSON Schema in one line, as a model is given it. */
export function schemaOf(fields: readonly WantedField[]): string {
  const properties = fields.map(({ name, kind, choices, least, most, help }) => [
    name,
    {
      type: kind === 'text' ? 'string' : kind,
      ...(choices ? { enum: choices } : {}),
      ...(least === undefined ? {} : { minimum: least }),
      ...(most === undefined ? {} : { maximum: most }),
      ...(help === '' ? {} : { description: help }),
    },
  ])
  const required = fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name)
  return JSON.stringify({
    type: 'object',
    properties: Object.fromEntries(properties) as Record<string, unknown>,
    ...(required.length > 0 ? { required } : {}),
  })
}
