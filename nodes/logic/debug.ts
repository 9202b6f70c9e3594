// Shows on the canvas what passes. Hands every message on as it came; what is shown is cut short, and is data to whoever draws it.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { Message } from '../contract/events.ts'

const shownMessages = 20
const longestText = 200
const longestFields = 500

interface Shown {
  at: string
  text: string
  node: string
  stream: string
  fields?: string
}

export default defineNode({
  type: 'debug',
  version: 1,
  title: 'Debug',
  icon: 'bug',
  group: 'logic',
  also: 'log, print, see, show messages, test, look, 调试, 日志',
  help: [
    'Shows the last 20 messages that passed, on the canvas. Changes nothing: what comes in goes out.',
    'Example: between a model and a notification, to see what would be sent.',
    'With "fields too", it shows what else a message carries.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What to look at.' }) },
    out: { message: port('message', { help: 'The same messages.' }) },
  },
  config: z.object({
    fields: z
      .boolean()
      .default(false)
      .meta({ label: 'Fields too', widget: 'toggle', help: 'Whatever a message carries beside its text.' }),
  }),
  card: 'last 20 messages',
  needs: [],
  state: (): { count: number; last: Shown[] } => ({ count: 0, last: [] }),
  onTick: ({ message: messages }, { config, state, status }) => {
    state.count += messages.length
    state.last = [
      ...state.last,
      ...messages.slice(-shownMessages).map((message) => show(message, config.fields)),
    ].slice(-shownMessages)
    status(state.count === 0 ? 'Nothing has passed' : `${state.count} passed`, {
      data: { count: state.count, last: state.last },
    })
    return { message: messages }
  },
})

function show({ at, text, source, fields }: Message, withFields: boolean): Shown {
  const shown = { at, text: text.slice(0, longestText), node: source.node, stream: source.stream }
  return withFields && fields ? { ...shown, fields: JSON.stringify(fields).slice(0, longestFields) } : shown
}
