// Takes named values out of what a model or an agent said, so that other nodes can go by them. What cannot be read is passed on
// by a port of its own, with the reason: nothing said is ever lost here.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { Problem } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import { cutText } from '../contract/template.ts'
import { readFieldList, schemaOf, type WantedField } from './field-list.ts'
import { readPattern, type Pattern } from './pattern.ts'
import { readValues } from './read-values.ts'

const config = z.object({
  values: z.string().max(6000).default('').meta({
    label: 'Values',
    widget: 'textarea',
    placeholder: 'product: text, what is missing\nrow: whole number 1 to 9\nfull?: yes or no',
    help: 'One a line: name, kind (text, number, whole number, yes or no, open | closed), then your words for the model. "?" behind a name: it may be missing. Or a JSON Schema.',
  }),
  asks: z.boolean().default(true).meta({
    label: 'Ask the model for them',
    widget: 'toggle',
    help: 'The model before it is told to put them behind its sentence. Off: only what it says by itself is read.',
  }),
  patterns: z.array(z.string().min(1).max(400)).max(30).default([]).meta({
    label: 'Patterns',
    widget: 'tags',
    advanced: true,
    placeholder: 'count = (\\d+) people',
    help: 'For what is said in plain words: a name, "=", and a pattern whose first group is the value.',
  }),
})
type Config = z.output<typeof config>

interface State {
  read: number
  unread: number
  /** The newest values in words. */
  last: string
  /** Why the newest message could not be read; "" where it could. */
  why: string
}

interface Wanted {
  fields: readonly WantedField[]
  patterns: ReadonlyMap<string, Pattern>
}
// A config stays the same object for as long as the stream runs.
const read = new WeakMap<Config, Wanted>()

export default defineNode({
  type: 'fields',
  version: 1,
  title: 'Fields',
  icon: 'list-details',
  group: 'logic',
  help: [
    'Takes named values out of what was said. Others use them: {{fields.row}} in a text, a switch on the field "row", the fields of a webhook.',
    'Example: "product: text" and "row: whole number 1 to 9" behind a model that watches a shelf.',
    'The model that leads here is asked to put the values behind its sentence as JSON; that JSON is never shown or spoken.',
    'Without it, "row: 3" in the words is read, or what a pattern of yours finds. The built-in model cannot be asked: use patterns.',
    '"Not read" carries the message as it was, with the reason in {{fields.why}}: wire it too where nothing may be missed.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What was said.' }) },
    out: {
      message: port('message', { help: 'The same message, with its values as fields.' }),
      failed: port('message', {
        label: 'Not read',
        help: 'The message as it was, with the reason as the field "why".',
      }),
    },
  },
  config,
  card: '{{values}}',
  needs: [],
  check: (values) => problemsOf(values),
  wish: ({ values, asks }) => {
    const list = readFieldList(values)
    if (!asks || 'problem' in list) return ''
    return `Behind every sentence you say, on the same line, put its values as JSON that fits this JSON Schema, and leave out a value that you cannot see: ${schemaOf(list.fields)} When you stay silent, write no JSON.`
  },
  reasons: {
    read: 'Its values were read.',
    unread: 'Its values could not be read: {why}',
  },
  state: (): State => ({ read: 0, unread: 0, last: '', why: '' }),
  onTick: ({ message: messages }, { config, state, status, because }) => {
    const wanted = wantedBy(config)
    const sent: { message: Message[]; failed: Message[] } = { message: [], failed: [] }
    for (const message of messages) {
      const reading = readValues(message, wanted.fields, wanted.patterns)
      const { values: _given, ...others } = message.fields ?? {}
      if ('why' in reading) {
        state.unread++
        because(message, { code: 'unread', params: { why: cutText(reading.why, 200) } })
        state.why = reading.why
        sent.failed.push({ ...message, text: reading.text, fields: { ...others, why: reading.why } })
      } else {
        state.read++
        because(message, { code: 'read' })
        state.last = inWords(reading.values)
        state.why = ''
        sent.message.push({ ...message, text: reading.text, fields: { ...others, ...reading.values } })
      }
    }
    status(state.why || state.last || 'Nothing read yet', {
      tone: state.why === '' ? 'ok' : 'warn',
      data: { ...state },
    })
    return sent
  },
})

function inWords(values: Record<string, unknown>): string {
  const words = Object.entries(values).map(([name, value]) => `${name}: ${String(value)}`)
  return cutText(words.join(', '), 160)
}

function wantedBy(config: Config): Wanted {
  const known = read.get(config)
  if (known) return known
  const list = readFieldList(config.values)
  const patterns = config.patterns.flatMap((line) => {
    const { name, pattern } = readPatternLine(line)
    return 'problem' in pattern ? [] : [[name, pattern] as const]
  })
  const wanted = { fields: 'problem' in list ? [] : list.fields, patterns: new Map(patterns) }
  read.set(config, wanted)
  return wanted
}

function readPatternLine(line: string): { name: string; pattern: Pattern | { problem: string } } {
  const at = line.indexOf('=')
  if (at < 0) return { name: '', pattern: { problem: 'has no "=" between a name and the pattern' } }
  return { name: line.slice(0, at).trim(), pattern: readPattern(line.slice(at + 1).trim()) }
}

function problemsOf(values: Config): Omit<Problem, 'node'>[] {
  const problem = (field: string, code: string, message: string): Omit<Problem, 'node'> => ({
    port: null,
    field,
    code,
    message,
    severity: 'error',
  })
  const list = readFieldList(values.values)
  const wrong = 'problem' in list ? [problem('values', 'FIELDS_VALUES_WRONG', list.problem)] : []
  const names = 'problem' in list ? undefined : list.fields.map(({ name }) => name)
  const patterns = values.patterns.flatMap((line) => {
    const { name, pattern } = readPatternLine(line)
    if ('problem' in pattern)
      return [problem('patterns', 'FIELDS_PATTERN_WRONG', `The pattern "${line.slice(0, 60)}" ${pattern.problem}.`)]
    return names && !names.includes(name)
      ? [
          problem(
            'patterns',
            'FIELDS_PATTERN_WRONG',
            `There is a pattern for "${name.slice(0, 60)}", which is none of the values.`,
          ),
        ]
      : []
  })
  return [...wrong, ...patterns]
}
