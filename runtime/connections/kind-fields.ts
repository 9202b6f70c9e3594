// Fields that several kinds of connection share, so that an address is read and asked for in one way. Pure.
import { z } from 'zod'
import type { SecretField } from '../../nodes/contract/connections.ts'
import { isFilledIn } from '../../nodes/contract/template.ts'

/** An address that names its host itself and holds no login. */
export function addressField(schemes: readonly string[], example: string): z.ZodString {
  return z
    .string()
    .trim()
    .max(2000)
    .superRefine((text, context) => {
      const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
      if (isFilledIn(text))
        return refuse('must name its host itself, without { } or *: text never chooses where to send')
      // Parsers forgive a missing slash, and whoever reads the address later may not.
      if (!URL.canParse(text) || !/^[a-z][a-z0-9+.-]*:\/\/[^/\\]/i.test(text))
        return refuse(`must be an address such as ${example}`)
      const { protocol, username, password, host } = new URL(text)
      if (!schemes.includes(protocol) || host === '')
        return refuse(`must begin with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`)
      if (username !== '' || password !== '') refuse('must not hold a user name or password; put them under "secret"')
    })
}

/** The address of a web server, as a form asks for it. */
export function webAddress(placeholder: string, help: string): z.ZodString {
  return addressField(['http:', 'https:'], 'http://192.168.1.20:8070').meta({
    label: 'Address',
    widget: 'text',
    placeholder,
    help,
  })
}

/** The name of a model; the server's own when left out. */
export function modelField(label = 'Model', help = "The server's own when empty"): z.ZodOptional<z.ZodString> {
  return z.string().trim().min(1).max(200).optional().meta({ label, widget: 'text', help })
}

export const apiKey: SecretField = {
  name: 'apiKey',
  label: 'API key',
  help: 'Only if the server asks for one',
  form: 'key',
}

/** A webhook's whole address is a secret. */
export const hookSecret: SecretField = {
  name: 'url',
  label: 'Address',
  help: 'The whole address of the bot or webhook; it is as good as a password',
  form: 'address',
}

export const signSecret: SecretField = {
  name: 'signSecret',
  label: 'Signing secret',
  help: 'When the bot is set to check signatures',
}
