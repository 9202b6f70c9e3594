// A mail to addresses of the user's, with the picture attached. What the model said fills subject and text, never an address.
import { cutText, oneLine } from '../contract/template.ts'
import type { Channel } from './channel.ts'

const address = /^[^\s<>@,;"()[\]\\]+@[^\s<>@,;"()[\]\\]+$/

/** `a@b.org, c@d.org`; commas, semicolons and line breaks part them. */
export function readAddresses(to: string): string[] {
  return [
    ...new Set(
      to
        .split(/[,;\n]+/)
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    ),
  ]
}

export const email: Channel = {
  id: 'email',
  label: 'E-mail',
  help: 'A mail with the picture attached, over a connection of the kind "smtp".',
  connection: { kind: 'smtp' },
  takesPicture: true,
  to: {
    what: 'one or more e-mail addresses',
    example: 'ana@example.org, ben@example.org',
    isValid: (to) => readAddresses(to).length <= 50 && readAddresses(to).every((each) => address.test(each)),
  },
  send: async ({ title, message, acknowledgeUrl, clip, picture, earlier }, ctx) => {
    const text = `${cutText(message.text, 10_000)}\n\nI have seen it: ${acknowledgeUrl}\n`
    const mail = {
      id: ctx.idempotencyKey,
      to: readAddresses(ctx.config.to),
      subject: oneLine(title),
      text,
      ...(picture ? { picture } : {}),
      ...(clip ? { clip } : {}),
      // A mail cannot be taken back: what corrects it answers it, so that both stand together.
      ...(earlier?.mail === undefined ? {} : { answers: earlier.mail }),
    }
    const summary = await ctx.mail.send(ctx.config.connection, mail, ctx.signal)
    return { summary, receipt: { mail: ctx.idempotencyKey } }
  },
}
