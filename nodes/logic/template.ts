// Puts a message into words of your own. The message fills the gaps and nothing more: what it says is never read as a template.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import { renderTemplate, templateWarnings } from '../contract/template.ts'
import { isTimeZone } from '../contract/hours.ts'

const longestText = 8000

export default defineNode({
  type: 'template',
  version: 1,
  title: 'Template',
  icon: 'message',
  group: 'logic',
  also: 'text, format, write, change text, compose, wording, 模板, 文本',
  help: [
    'Writes each message anew, in your own words around what it says.',
    'Example: "{{time}} in the kitchen: {{text}}".',
    'Known are {{text}}, {{time}}, {{flow}}, {{camera}} and {{fields.name}} for anything else a message carries. There is no code in it.',
    'What a model or an agent said is only filled in: it cannot bring placeholders of its own.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What is to be worded.' }) },
    out: { message: port('message', { help: 'The same message with its new text.' }) },
  },
  config: z.object({
    text: z.string().min(1).max(4000).default('{{text}}').meta({
      label: 'Text',
      widget: 'template',
      placeholder: '{{time}}: {{text}}',
      help: 'Your words around {{text}}.',
    }),
    timeZone: z.string().max(64).default('').meta({
      label: 'Time zone',
      widget: 'text',
      placeholder: 'Europe/Berlin',
      advanced: true,
      help: "For {{time}}; the server's own when empty.",
    }),
  }),
  card: '{{text}}',
  needs: [],
  check: ({ text, timeZone }) => [
    ...templateWarnings(text, 'text'),
    ...(timeZone === '' || isTimeZone(timeZone)
      ? []
      : [
          {
            port: null,
            field: 'timeZone',
            code: 'TEMPLATE_ZONE_UNKNOWN',
            message: `There is no time zone "${timeZone}". It looks like Europe/Berlin.`,
            severity: 'error' as const,
          },
        ]),
  ],
  state: () => ({}),
  onTick: ({ message: messages }, { config, flow }) => {
    const world = { flow: flow.name, ...(config.timeZone === '' ? {} : { timeZone: config.timeZone }) }
    return {
      message: messages.map((message) => ({
        ...message,
        text: renderTemplate(config.text, message, world).slice(0, longestText),
      })),
    }
  },
})
