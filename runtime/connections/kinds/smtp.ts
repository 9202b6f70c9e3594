// A mail server.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'

export default defineConnectionKind({
  kind: 'smtp',
  title: 'E-mail',
  text: 'A mail server that sends alerts, with the picture attached.',
  icon: 'mail',
  group: 'channel',
  config: z.looseObject({
    host: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .regex(/^[A-Za-z0-9.:_-]+$/, 'must be the name or the address of a mail server, without a scheme')
      .meta({ label: 'Server', widget: 'text', placeholder: 'smtp.example.org', help: 'Without a scheme' }),
    // `default`: what the form begins with; an API client that leaves a field out has left it out.
    port: z.number().int().min(1).max(65_535).meta({
      label: 'Port',
      widget: 'number',
      default: 465,
      help: '465 with encryption, 587 with STARTTLS',
    }),
    secure: z.boolean().optional().meta({
      label: 'Encrypted from the start',
      widget: 'toggle',
      default: true,
      help: 'On for 465, off for 587',
    }),
    from: z
      .string()
      .trim()
      .min(3)
      .max(320)
      .regex(/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/, 'must be an e-mail address')
      .meta({
        label: 'From',
        widget: 'text',
        placeholder: 'Heed <heed@example.org>',
        help: 'The sender people see',
      }),
  }),
  secrets: [
    { name: 'user', label: 'User name', help: 'Only if the server asks for one' },
    { name: 'password', label: 'Password', help: 'Often one made for this app alone' },
  ],
  can: { notify: 'email' },
  test: 'notify',
  testReceiver: ({ from }) => /<([^<>]+)>\s*$/.exec(String(from ?? ''))?.[1] ?? String(from ?? ''),
  // Mail begins encrypted or asks for it on the way.
  placeOf: ({ secure, port }) => String(secure === true || (secure === undefined && String(port).trim() === '465')),
})
