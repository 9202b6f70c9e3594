// The environment, read once at boot. What is wrong ends the start with one sentence that names the variable; a value that
// may be a secret is never repeated.
import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { FatalError } from '../nodes/contract/errors.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Config {
  host: string
  port: number
  /** Absolute. */
  dataDir: string
  token: string | undefined
  /** HEED_SECRET_KEY as it was written; the store makes or keeps one when it is absent. */
  secretKey: string | undefined
  /** Absolute. */
  mediaDirs: string[]
  databaseUrl: string | undefined
  redisUrl: string | undefined
  logLevel: LogLevel
  /** Without a slash at the end. */
  publicUrl: string
  retainDecisionsDays: number
  retainEventsDays: number
  /** By name, the argv of agents that flows may run on this server. */
  agentCommands: Record<string, string[]>
  /** Names of the variables that such an agent gets of this process's environment, beside the plain ones. */
  agentEnv: string[]
  /** Packages of node types from outside: names, or absolute folders. */
  nodePackages: string[]
  /** Address of an index of further templates. */
  templateIndex?: string | undefined
  /** From HEED_NODE_RED: runs a Node-RED beside Heed, whatever the switch says. */
  nodeRed: boolean
  /** Addresses and networks of proxies that are believed beside those on this machine; absent when none is named. */
  trustedProxies?: string[] | undefined
  /** So long nothing may go on in this process before it is ended. */
  freezeAfterS: number
}

function wholeNumber(fallback: number, least: number, most: number): z.ZodType<number> {
  return z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
      if (value >= least && value <= most) return value
      context.addIssue({
        code: 'custom',
        message: `must be a whole number from ${least} to ${most}, such as ${fallback}`,
      })
      return z.NEVER
    })
}

function address(schemes: readonly string[], example: string): z.ZodType<string | undefined> {
  return z
    .string()
    .optional()
    .refine((text) => {
      if (text === undefined) return true
      return URL.canParse(text) && schemes.includes(new URL(text).protocol)
    }, `must be an address such as ${example}`)
}

function absolutePath(text: string): string {
  return resolve(text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text)
}

const CommandsSchema = z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), z.array(z.string()).min(1))

/** `{"codex":["codex","exec","--json","-"]}`, or `codex=codex exec --json -; claude=claude -p` where no argument holds a space. */
function readCommands(text: string, context: z.RefinementCtx): Record<string, string[]> {
  const refuse = (): never => {
    context.addIssue({
      code: 'custom',
      message:
        'must name commands as JSON, {"codex":["codex","exec","--json","-"]}, or as codex=codex exec --json -; claude=claude -p',
    })
    return z.NEVER
  }
  const isJson = text.startsWith('{')
  const pairs = text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part): [string, string[]] => {
      const at = part.indexOf('=')
      return [
        part.slice(0, Math.max(0, at)).trim(),
        part
          .slice(at + 1)
          .trim()
          .split(/\s+/)
          .filter((word) => word !== ''),
      ]
    })
  try {
    const parsed = CommandsSchema.safeParse(isJson ? JSON.parse(text) : Object.fromEntries(pairs))
    return parsed.success ? parsed.data : refuse()
  } catch {
    return refuse()
  }
}

/** What opens this server's own doors is given to no agent, listed or not. */
const neverGiven = /^(HEED_.*|DATABASE_URL|REDIS_URL|PG.*|NODE_OPTIONS)$/

/** `ANTHROPIC_API_KEY, OPENAI_API_KEY`. */
function readNames(text: string, context: z.RefinementCtx): string[] {
  const names = text.split(/[\s,;]+/).filter((name) => name !== '')
  if (names.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !neverGiven.test(name))) return names
  context.addIssue({
    code: 'custom',
    message:
      "must hold names of variables, separated by commas, such as ANTHROPIC_API_KEY,HTTPS_PROXY, and none of Heed's own",
  })
  return z.NEVER
}

/** `heed-nodes-lamp, ./my-nodes`: what begins like a path is a folder. What is wrong with one is said of it, later. */
function readPackages(text: string): string[] {
  const asked = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (/^([.~]|[/\\]|[A-Za-z]:[/\\])/.test(part) ? absolutePath(part) : part))
  return [...new Set(asked)]
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || more.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 6 ? 128 : 32))
  )
}

/** `172.18.0.2, 10.0.0.0/8`. A network of everybody is refused: with it each guest could say to be another one. */
function readProxies(text: string | undefined, context: z.RefinementCtx): string[] | undefined {
  const named = text?.split(/[\s,;]+/).filter((each) => each !== '')
  if (named === undefined || named.every(isNetwork)) return named
  context.addIssue({
    code: 'custom',
    message: 'must hold addresses or networks of your proxies, separated by commas, such as 172.18.0.2,10.0.0.0/8',
  })
  return z.NEVER
}

const EnvironmentSchema = z.object({
  HEED_HOST: z
    .string()
    .default('127.0.0.1')
    .refine(
      (text) => /^[A-Za-z0-9.:[\]_%-]+$/.test(text),
      'must be a name or an address of this machine, such as 127.0.0.1, without a scheme or a port',
    ),
  HEED_PORT: wholeNumber(1890, 0, 65_535),
  HEED_DATA_DIR: z.string().default(join(homedir(), '.heed')).transform(absolutePath),
  HEED_TOKEN: z
    .string()
    .optional()
    .refine((text) => text === undefined || !/\s/.test(text), 'must not hold spaces or line breaks'),
  HEED_SECRET_KEY: z
    .string()
    .optional()
    .refine(
      (text) => text === undefined || text.length >= 8,
      'must have at least 8 characters; 64 hexadecimal digits from "openssl rand -hex 32" are best',
    ),
  HEED_MEDIA_DIRS: z
    .string()
    .default('')
    .transform((text, context) => {
      const folders = text.split(delimiter).filter((part) => part !== '')
      if (folders.every((folder) => isAbsolute(folder) || folder.startsWith('~/'))) return folders.map(absolutePath)
      context.addIssue({
        code: 'custom',
        message: `must hold whole paths, separated by "${delimiter}", such as /srv/clips`,
      })
      return z.NEVER
    }),
  DATABASE_URL: address(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/heed'),
  REDIS_URL: address(['redis:', 'rediss:'], 'redis://host:6379'),
  HEED_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  HEED_PUBLIC_URL: address(['http:', 'https:'], 'https://heed.example.org').transform((text) =>
    text?.replace(/\/+$/, ''),
  ),
  HEED_AGENT_COMMANDS: z.string().default('').transform(readCommands),
  HEED_AGENT_ENV: z.string().default('').transform(readNames),
  HEED_NODE_PACKAGES: z.string().default('').transform(readPackages),
  HEED_TEMPLATE_INDEX: address(['http:', 'https:'], 'https://example.org/templates.json'),
  HEED_NODE_RED: z
    .enum(['on', 'off'], 'must be on or off')
    .default('off')
    .transform((text) => text === 'on'),
  HEED_TRUSTED_PROXIES: z.string().optional().transform(readProxies),
  HEED_FREEZE_AFTER_S: wholeNumber(20, 3, 600),
  HEED_RETAIN_DECISIONS_DAYS: wholeNumber(7, 1, 3650),
  HEED_RETAIN_EVENTS_DAYS: wholeNumber(90, 1, 36_500),
})

/** Where a process on this machine reaches it, whatever its public address is. */
export function ownUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
  return localUrl(host, port)
}

/** Where people on this machine reach it: an address that stands for all of them is no place to go. */
function localUrl(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '')
  const name = bare === '0.0.0.0' ? '127.0.0.1' : bare === '::' ? '::1' : bare
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** Reads the environment, empty values counting as absent; throws FatalError CONFIG_INVALID with one line per variable. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment)
      .map(([name, value]) => [name, value?.trim()])
      .filter(([, value]) => value !== ''),
  )
  const result = EnvironmentSchema.safeParse(given)
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}.`)
    throw new FatalError('CONFIG_INVALID', `Heed cannot start with these settings. ${lines.join(' ')}`)
  }
  const read = result.data
  return {
    host: read.HEED_HOST,
    port: read.HEED_PORT,
    dataDir: read.HEED_DATA_DIR,
    token: read.HEED_TOKEN,
    secretKey: read.HEED_SECRET_KEY,
    mediaDirs: read.HEED_MEDIA_DIRS,
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    logLevel: read.HEED_LOG_LEVEL,
    publicUrl: read.HEED_PUBLIC_URL ?? localUrl(read.HEED_HOST, read.HEED_PORT),
    retainDecisionsDays: read.HEED_RETAIN_DECISIONS_DAYS,
    retainEventsDays: read.HEED_RETAIN_EVENTS_DAYS,
    agentCommands: read.HEED_AGENT_COMMANDS,
    agentEnv: read.HEED_AGENT_ENV,
    nodePackages: read.HEED_NODE_PACKAGES,
    templateIndex: read.HEED_TEMPLATE_INDEX,
    nodeRed: read.HEED_NODE_RED,
    trustedProxies: read.HEED_TRUSTED_PROXIES,
    freezeAfterS: read.HEED_FREEZE_AFTER_S,
  }
}

/** The version in package.json. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}

/** A key of its own for one purpose, so that none of them opens what another one closed. */
export function deriveKey(
  secretKey: Uint8Array,
  purpose: 'links' | 'node-red credentials' | 'node-red pictures',
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secretKey, new Uint8Array(0), `heed ${purpose}`, 32))
}
