// Lets through the messages whose words fit. What a message says is only compared: it never becomes a pattern itself.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { Message } from '../contract/events.ts'
import { readPattern, type Pattern } from './pattern.ts'
import { hasWord, readSubject } from './words.ts'

const longestSubject = 8000

const config = z.object({
  mode: z
    .enum(['any', 'all', 'none', 'pattern', 'changed'])
    .default('any')
    .meta({
      label: 'Let through',
      widget: 'select',
      help: 'What a message must hold to get through.',
      options: [
        { value: 'any', label: 'Any of the words' },
        { value: 'all', label: 'All of the words' },
        { value: 'none', label: 'None of the words' },
        { value: 'pattern', label: 'A pattern' },
        { value: 'changed', label: 'Anything new', help: 'What differs from the message before it' },
      ],
    }),
  words: z
    .array(z.string().min(1).max(200))
    .max(200)
    .default([])
    .meta({
      label: 'Words',
      widget: 'tags',
      placeholder: 'fall',
      showIf: { field: 'mode', is: ['any', 'all', 'none'] },
      help: 'Found at the beginning of a word: "fall" finds "falls", not "waterfall". A few words together count as one.',
    }),
  wholeWords: z
    .boolean()
    .default(false)
    .meta({
      label: 'Whole words only',
      widget: 'toggle',
      advanced: true,
      showIf: { field: 'mode', is: ['any', 'all', 'none'] },
      help: '"fall" then does not find "falls".',
    }),
  pattern: z
    .string()
    .max(500)
    .default('')
    .meta({
      label: 'Pattern',
      widget: 'text',
      placeholder: '(two|three) people',
      showIf: { field: 'mode', is: ['pattern'] },
      help: 'Understands . [a-z] \\d \\w \\s \\b ^ $ ( ) | * + ? and {2,5}. Always quick, whatever is written.',
    }),
  caseSensitive: z
    .boolean()
    .default(false)
    .meta({ label: 'Capitals matter', widget: 'toggle', advanced: true, help: 'Off: "Fall" and "fall" are the same.' }),
  field: z.string().max(64).default('').meta({
    label: 'Look at',
    widget: 'text',
    placeholder: 'text',
    advanced: true,
    help: 'A field of the message; its text when empty.',
  }),
})
type Config = z.output<typeof config>

interface State {
  passed: number
  held: number
  /** What the newest message said. */
  last?: string
}

// A config stays the same object for as long as the stream runs.
const patterns = new WeakMap<Config, Pattern>()

export default defineNode({
  type: 'filter',
  version: 1,
  title: 'Filter',
  icon: 'filter',
  group: 'logic',
  also: 'only if, if, contains, text, search, match, condition, 过滤, 条件',
  help: [
    'Lets through the messages that hold certain words, or fit a pattern. The others leave by "rest".',
    'Example: any of "fall", "floor" between a model and a notification; a pattern such as "\\d+ people" finds numbers.',
    '"Anything new" lets a message through that differs from the one before it: the same said again leaves by "rest".',
    'Words are found whatever their capitals; patterns take time in proportion to the text and never more.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What is to be sorted.' }) },
    out: {
      message: port('message', { help: 'What fits.' }),
      rest: port('message', { label: 'Rest', help: 'What does not fit.' }),
    },
  },
  config,
  card: '{{mode}} {{words}}{{pattern}}',
  needs: [],
  check: (values) => {
    if (values.mode === 'changed') return []
    if (values.mode !== 'pattern') {
      return values.words.length > 0
        ? []
        : [
            {
              port: null,
              field: 'words',
              code: 'FILTER_WORDS_EMPTY',
              message: 'Write the words to look for.',
              severity: 'error' as const,
            },
          ]
    }
    if (values.pattern === '')
      return [
        {
          port: null,
          field: 'pattern',
          code: 'FILTER_PATTERN_EMPTY',
          message: 'Write the pattern to look for.',
          severity: 'error' as const,
        },
      ]
    const pattern = readPattern(values.pattern)
    return 'problem' in pattern
      ? [
          {
            port: null,
            field: 'pattern',
            code: 'FILTER_PATTERN_WRONG',
            message: `The pattern ${pattern.problem}.`,
            severity: 'error' as const,
          },
        ]
      : []
  },
  reasons: {
    fits: 'It fits: {wanted}.',
    unfit: 'It does not fit: {wanted}.',
  },
  state: (): State => ({ passed: 0, held: 0 }),
  onTick: ({ message: messages }, { config: values, state, status, because }) => {
    const params = { wanted: wantedWords(values) }
    const { fitting = [], others = [] } = Object.groupBy(messages, (message) =>
      (values.mode === 'changed' ? differs(message, values, state) : fits(message, values)) ? 'fitting' : 'others',
    )
    for (const message of fitting) because(message, { code: 'fits', params })
    for (const message of others) because(message, { code: 'unfit', params })
    state.passed += fitting.length
    state.held += others.length
    status(`${state.passed} let through`, { data: { passed: state.passed, held: state.held } })
    return { message: fitting, rest: others }
  },
})

function differs(message: Message, values: Config, state: State): boolean {
  const subject = readSubject(message, values.field).slice(0, longestSubject)
  const said = (values.caseSensitive ? subject : subject.toLowerCase()).normalize('NFC')
  const isNew = said !== state.last
  state.last = said
  return isNew
}

function wantedWords({ mode, words, pattern }: Config): string {
  if (mode === 'pattern') return `the pattern ${pattern}`
  if (mode === 'changed') return 'what differs from the message before it'
  const list = words.slice(0, 5).join(', ') + (words.length > 5 ? ', …' : '')
  return `${{ any: 'any of', all: 'all of', none: 'none of' }[mode]} ${list}`
}

function fits(message: Message, values: Config): boolean {
  const subject = readSubject(message, values.field).slice(0, longestSubject)
  const has = (word: string): boolean => hasWord(subject, word, values)
  switch (values.mode) {
    case 'any':
      return values.words.some(has)
    case 'all':
      return values.words.every(has)
    case 'none':
      return !values.words.some(has)
    case 'pattern':
      return patternOf(values)?.test(subject) ?? false
    case 'changed':
      return true
  }
}

function patternOf(values: Config): Pattern | undefined {
  const known = patterns.get(values)
  if (known) return known
  const read = readPattern(values.pattern, values)
  if ('problem' in read) return undefined
  patterns.set(values, read)
  return read
}
