// Sends each message out of the first port whose words it holds. Never copies one to two ports, and never drops one.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { Message } from '../contract/events.ts'
import { hasWord, readSubject } from './words.ts'

const words = (label: string, placeholder: string) =>
  z.array(z.string().min(1).max(200)).max(100).default([]).meta({
    label,
    widget: 'tags',
    placeholder,
    help: 'A message with any of these words leaves here. Found at the beginning of a word.',
  })

export default defineNode({
  type: 'switch',
  version: 1,
  title: 'Switch',
  icon: 'route',
  group: 'logic',
  also: 'if else, route, branch, split, choose, case, 分支, 路由',
  help: [
    'Sorts messages over ports a, b and c by the words they hold; the first that fits wins, everything else leaves by "else".',
    'Example: a: "fire", "smoke" to the fire brigade; b: "fall" to the family; else to the inbox.',
    "Name a field to sort by it instead of the text: an agent's answer may carry one.",
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What is to be sorted.' }) },
    out: {
      a: port('message', { label: 'a', help: 'What holds a word of the first list.' }),
      b: port('message', { label: 'b', help: 'What holds a word of the second list.' }),
      c: port('message', { label: 'c', help: 'What holds a word of the third list.' }),
      else: port('message', { label: 'else', help: 'Everything else.' }),
    },
  },
  config: z.object({
    a: words('To a', 'fire'),
    b: words('To b', 'fall'),
    c: words('To c', 'visitor'),
    field: z.string().max(64).default('').meta({
      label: 'Look at',
      widget: 'text',
      placeholder: 'text',
      advanced: true,
      help: 'A field of the message; its text when empty.',
    }),
    wholeWords: z.boolean().default(false).meta({
      label: 'Whole words only',
      widget: 'toggle',
      advanced: true,
      help: '"fall" then does not find "falls".',
    }),
  }),
  card: '{{a}} / {{b}} / {{c}}',
  needs: [],
  check: ({ a, b, c }) =>
    a.length + b.length + c.length > 0
      ? []
      : [
          {
            port: null,
            field: 'a',
            code: 'SWITCH_WORDS_EMPTY',
            message: 'Write words for at least one of the ports.',
            severity: 'error',
          },
        ],
  reasons: {
    word: 'It holds a word of {door}.',
    else: 'It holds none of the words.',
  },
  state: () => ({ a: 0, b: 0, c: 0, else: 0 }),
  onTick: ({ message: messages }, { config, state, status, because }) => {
    const sent: Record<'a' | 'b' | 'c' | 'else', Message[]> = { a: [], b: [], c: [], else: [] }
    for (const message of messages) {
      const subject = readSubject(message, config.field)
      const door =
        (['a', 'b', 'c'] as const).find((name) => config[name].some((word) => hasWord(subject, word, config))) ?? 'else'
      sent[door].push(message)
      because(message, door === 'else' ? { code: 'else' } : { code: 'word', params: { door } })
      state[door]++
    }
    status(`a ${state.a}, b ${state.b}, c ${state.c}, else ${state.else}`, { data: { ...state } })
    return sent
  },
})
