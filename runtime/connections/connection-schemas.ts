// What the config of each kind of connection must hold. Secrets are not part of it: they stand apart and never come out.
import { z } from 'zod'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import { isFilledIn } from '../../nodes/contract/template.ts'

/** Made at the first start; a flow may rely on them. */
export const builtInConnections: readonly string[] = ['edge', 'flite']

function url(schemes: readonly string[], example: string): z.ZodType<string> {
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

const webUrl = url(['http:', 'https:'], 'http://192.168.1.20:8070')
const model = z.string().trim().min(1).max(200).optional()
const server = z.looseObject({ url: webUrl, model })
/** Its whole address is a secret, so it stands under `secret.url`. */
const hook = z.looseObject({})

const schemas: Record<ConnectionKind, z.ZodType<Record<string, unknown>>> = {
  'vllm-omni': server,
  'joyai-webinfer': server,
  openai: server.extend({
    contextTokens: z.number().int().min(1024).max(2_000_000).optional(),
    windowFrames: z.number().int().min(1).max(64).optional(),
    maxAnswerTokens: z.number().int().min(16).max(4096).optional(),
    summaryModel: model,
  }),
  edge: z.looseObject({}),
  'background-agent': z.looseObject({ url: webUrl, model, maxSubagents: z.number().int().min(1).max(50).optional() }),
  // A name out of HEED_AGENT_COMMANDS, never a path or an argument: what may run is the server owner's to say.
  command: z.looseObject({
    command: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'must be a name that HEED_AGENT_COMMANDS lists on the server'),
  }),
  a2a: server,
  speech: z.looseObject({
    url: webUrl,
    model,
    voice: z.string().max(200).optional(),
    language: z.string().max(40).optional(),
    transcriptionModel: model,
    format: z.enum(['wav', 'pcm']).optional(),
    sampleRate: z.number().int().min(8000).max(96_000).optional(),
  }),
  flite: z.looseObject({}),
  smtp: z.looseObject({
    host: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .regex(/^[A-Za-z0-9.:_-]+$/, 'must be the name or the address of a mail server, without a scheme'),
    port: z.number().int().min(1).max(65_535),
    secure: z.boolean().optional(),
    from: z
      .string()
      .trim()
      .min(3)
      .max(320)
      .regex(/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/, 'must be an e-mail address'),
  }),
  webhook: z.looseObject({}),
  telegram: z.looseObject({ url: webUrl.optional(), chatId: z.string().max(100).optional() }),
  slack: z.looseObject({ url: webUrl.optional(), channel: z.string().max(100).optional() }),
  discord: hook,
  ntfy: z.looseObject({
    url: webUrl.optional(),
    topic: z
      .string()
      .regex(/^[-_A-Za-z0-9]{1,64}$/, 'must be letters, digits, "-" and "_"')
      .optional(),
  }),
  'web-push': z.looseObject({}),
  mqtt: z.looseObject({ url: url(['mqtt:', 'mqtts:', 'ws:', 'wss:'], 'mqtt://192.168.1.20:1883') }),
  wecom: hook,
  dingtalk: hook,
  feishu: hook,
}

// Of each list, one secret is enough.
const neededSecrets: Partial<Record<ConnectionKind, { names: readonly string[]; words: string }>> = {
  telegram: { names: ['botToken'], words: 'its bot token' },
  slack: { names: ['url', 'token'], words: 'its webhook address or bot token' },
  discord: { names: ['url'], words: 'its webhook address' },
  wecom: { names: ['url'], words: "its bot's address" },
  dingtalk: { names: ['url'], words: "its bot's address" },
  feishu: { names: ['url'], words: "its bot's address" },
}

/** What a connection of this kind cannot do without and does not have, in words. */
export function lackOf(kind: ConnectionKind, hasSecret: readonly string[]): string | undefined {
  const needed = neededSecrets[kind]
  return needed && !needed.names.some((name) => hasSecret.includes(name)) ? needed.words : undefined
}

const secretName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'must be named with letters and digits')
const SecretSchema = z.record(secretName, z.string().max(20_000))

export const ConnectionNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be a short name of letters, digits, "-" and "_"')

/** A new connection, before its config is read by kind. */
export const NewConnectionSchema = z.object({
  name: ConnectionNameSchema,
  kind: ConnectionKindSchema,
  config: z.record(z.string(), z.unknown()).default({}),
  secret: SecretSchema.default({}),
})

/** A change: what is left out stays. */
export const ConnectionPatchSchema = z.object({
  kind: ConnectionKindSchema.optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  secret: SecretSchema.optional(),
})

/** The schema for `{ config }` of one kind, so that a problem is placed on `config.url`. */
export function configSchemaOf(kind: ConnectionKind): z.ZodType<{ config: Record<string, unknown> }> {
  return z.object({ config: schemas[kind] })
}
