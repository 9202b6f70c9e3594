// The structured log of a process. Whatever it is given, no credential leaves it: secrets are cut out by the name of
// their field before a line is made, and out of the finished line by their shape.
import { hideInAddress } from '../nodes/contract/address-secrets.ts'
import { replaceAddresses } from '../nodes/contract/addresses.ts'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import type { LogLevel } from './config.ts'

const secretNames = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'cookies',
  'set-cookie',
  'password',
  'passwd',
  'passwordhash',
  'secret',
  'secrets',
  'secretkey',
  'linkkey',
  'token',
  'accesstoken',
  'refreshtoken',
  'apikey',
  'api_key',
  'signingsecret',
  'credentials',
  'heed_token',
  'heed_secret_key',
])
const hidden = '***'
const maxDepth = 6

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  )
}

function hideByName(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) return value
  if (Array.isArray(value)) return value.map((item) => hideByName(item, depth + 1))
  if (!isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const isSecret = secretNames.has(name.toLowerCase()) && item !== undefined && item !== null
      return [name, isSecret ? hidden : hideByName(item, depth + 1)]
    }),
  )
}

const shapes: readonly (readonly [RegExp, string])[] = [
  // user:password@ in an address; the second one for passwords with a slash in them, an address with a port before it left alone.
  [/:\/\/[^\s"/\\]*@/g, `://${hidden}@`],
  [/:\/\/[^\s"/:@\\]+:(?!\d{1,5}[/?#"\\\s])[^\s"@\\]*@/g, `://${hidden}@`],
  [
    /([?&](?:token|access_token|api_?key|key|password|pass|pwd|secret|sig|signature|auth)=)[^&#\s"\\]+/gi,
    `$1${hidden}`,
  ],
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{6,}/g, `$1 ${hidden}`],
  [/\b(heed_session=)[A-Za-z0-9_-]+/g, `$1${hidden}`],
]

/** The same for every address in it, whose login may hold what the shapes take for a host; JSON escapes nothing of it then. */
function hideInLine(line: string): string {
  if (!line.includes('://')) return hideByShape(line)
  try {
    const hide = (_name: string, value: unknown): unknown =>
      typeof value === 'string' ? replaceAddresses(value, (address) => hideInAddress(address)?.text ?? address) : value
    return hideByShape(`${JSON.stringify(JSON.parse(line, hide))}\n`)
  } catch {
    return hideByShape(line)
  }
}

/** A finished line without anything that looks like a credential. */
export function hideByShape(line: string): string {
  return shapes.reduce((text, [shape, instead]) => text.replace(shape, instead), line)
}

export interface LogOptions {
  level: LogLevel
  /** Written into every line: `server` or `worker`. */
  process?: string
  /** Standard output when absent. */
  destination?: DestinationStream
}

/** One JSON line per entry; `.child({ session, node })` for what belongs together. */
export function createLog({ level, process: name, destination }: LogOptions): Logger {
  const options = {
    level,
    base: name === undefined ? null : { process: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => hideByName(fields) as Record<string, unknown>,
    },
    hooks: { streamWrite: hideInLine },
  }
  return destination ? pino(options, destination) : pino(options)
}
