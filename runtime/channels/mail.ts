// Mail over SMTP. One connection a mail, bounded in time; troubles in words, without a password in them. Never retries.
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import type { ConnectionPort, Mail, MailPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { CodedError, FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { createCleaner, secretsOfConnection } from '../../nodes/contract/own-secrets.ts'
import { pinnedLookup } from '../egress/index.ts'
import type { Egress } from '../egress/index.ts'
import { pinnedAddresses } from '../egress/index.ts'

const timeoutMs = 10_000
const connectMs = 4_000
/** A mail with its picture over a slow line. */
const longestMs = 60_000
/** Of a server's answers to one mail, in bytes. */
const mostSaid = 1024 * 1024

/** The mail port of this process; every connection passes the one door out. */
export function createMail({
  connections,
  egress,
}: {
  connections: Pick<ConnectionPort, 'get'>
  egress: Pick<Egress, 'checkAddress'>
}): MailPort {
  return {
    send: async (name, mail, signal) => {
      const connection = await connections.get(name)
      const line = await openLine(connection, egress, signal)
      const unbind = bind(line, signal)
      try {
        await once(line, 'connect', { signal })
        return takenBy(await openTransport(connection, line).sendMail({ ...letterOf(connection, mail), signal }))
      } catch (thrown) {
        if (signal.aborted) throw new StoppedError()
        throw asCoded(thrown, connection)
      } finally {
        unbind()
        line.destroy()
      }
    },
  }
}

/**
 * The library's own limits count silence only, and it keeps a line without end: a server that drips or pours would hold a mail
 * for ever. Gives back how to let go.
 */
function bind(line: Socket, signal: AbortSignal): () => void {
  const cut = (code: string): void => {
    line.destroy(Object.assign(new Error(`cut off: ${code}`), { code }))
  }
  const stop = (): void => cut('ECONNRESET')
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const late = setTimeout(() => cut('ETIMEDOUT'), longestMs)
  const look = setInterval(() => {
    if (line.bytesRead > mostSaid) cut('ECONNRESET')
  }, 50)
  return () => {
    signal.removeEventListener('abort', stop)
    clearTimeout(late)
    clearInterval(look)
  }
}

/** To whichever of the judged addresses answers. */
async function openLine(
  { name, kind, can, config }: Connection,
  egress: Pick<Egress, 'checkAddress'>,
  signal: AbortSignal,
): Promise<Socket> {
  if (can.notify !== 'email')
    throw new FatalError(
      'MAIL_CONNECTION_UNFIT',
      `The connection "${name}" is of the kind "${kind}". Mail goes over one of the kind "smtp".`,
    )
  const host = String(config.host ?? '')
  const port = portOf(config)
  const addresses = await pinnedAddresses(egress, host, port, signal)
  const line = connect({ host, port, lookup: pinnedLookup(addresses), noDelay: true })
  const late = setTimeout(() => line.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), connectMs)
  // Between its connecting and its first word nobody else listens.
  line.on('error', () => undefined)
  line.once('connect', () => clearTimeout(late)).once('close', () => clearTimeout(late))
  return line
}

function portOf({ port }: Connection['config']): number {
  return Number(port ?? 587)
}

function openTransport({ config, secret }: Connection, line: Socket) {
  const host = String(config.host ?? '')
  const port = portOf(config)
  const { user, password } = secret
  return createTransport({
    connection: line,
    host,
    port,
    secure: typeof config.secure === 'boolean' ? config.secure : port === 465,
    ...(isIP(host) === 0 ? { tls: { servername: host } } : {}),
    name: 'heed.local',
    // A password never goes over an open line, except on this machine.
    ...(user
      ? { auth: { user, pass: password ?? '' }, requireTLS: !/^(127\.|::1$)/.test(line.remoteAddress ?? '') }
      : {}),
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

function letterOf({ config }: Connection, mail: Mail): Record<string, unknown> {
  return {
    from: String(config.from ?? ''),
    to: mail.to.map((address) => ({ name: '', address })),
    subject: mail.subject.replace(/[\r\n]+/g, ' '),
    text: mail.text,
    ...(mail.id === undefined ? {} : { messageId: messageIdOf(mail.id) }),
    ...(mail.answers === undefined
      ? {}
      : { inReplyTo: messageIdOf(mail.answers), references: messageIdOf(mail.answers) }),
    ...attachmentsOf(mail),
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

function messageIdOf(id: string): string {
  return `<${id.replace(/[^A-Za-z0-9._-]/g, '')}@heed.local>`
}

function attachmentsOf({ clip, picture }: Mail): Record<string, unknown> {
  const attachments = [
    ...(picture ? [{ filename: 'picture.jpg', content: Buffer.from(picture), contentType: 'image/jpeg' }] : []),
    ...(clip
      ? [
          {
            filename: `moment.${clip.contentType === 'image/gif' ? 'gif' : 'mp4'}`,
            content: Buffer.from(clip.bytes),
            contentType: clip.contentType,
          },
        ]
      : []),
  ]
  return attachments.length === 0 ? {} : { attachments }
}

function takenBy({ accepted, rejected }: { accepted: unknown[]; rejected: unknown[] }): string {
  return `The mail server took it for ${accepted.join(', ')}${rejected.length > 0 ? `, and refused ${rejected.join(', ')}` : ''}.`
}

const away: Record<string, string> = {
  ECONNECTION: 'cannot be reached',
  ESOCKET: 'cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  EDNS: 'cannot be reached',
  ECONNREFUSED: 'refused the connection',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ECONNRESET: 'closed the connection',
  ETLS: 'did not agree on encryption',
}

function asCoded(thrown: unknown, connection: Connection): CodedError {
  if (thrown instanceof CodedError) return thrown
  const error = toError(thrown) as Error & { code?: string; responseCode?: number; response?: string }
  const { config } = connection
  const clean = createCleaner(secretsOfConnection(connection))
  const where = `The mail server ${String(config.host)}:${String(config.port)}`
  const said = error.response ? `: ${clean(error.response).replace(/\s+/g, ' ').slice(0, 160)}` : ''
  const { responseCode: status = 0 } = error
  if (status >= 400 && status < 500)
    return new RetryableError('MAIL_NOT_NOW', `${where} cannot take it now (${status}${said}).`)
  if (error.code === 'EAUTH')
    return new FatalError(
      'MAIL_PASSWORD_REFUSED',
      `${where} refused user name or password (${status}). Enter them again under Connections.`,
    )
  if (status >= 500) return new FatalError('MAIL_REFUSED', `${where} refused the mail (${status}${said}).`)
  // The library hides the socket's own code in its message.
  const words = away[/\bE[A-Z]{4,}\b/.exec(error.message)?.[0] ?? ''] ?? away[error.code ?? ''] ?? 'could not be used'
  return new RetryableError(
    'MAIL_UNREACHABLE',
    `${where} ${words}. Check server, port and encryption of the connection. ${error.code === 'ETLS' ? clean(error.message).slice(0, 120) : ''}`.trim(),
    { cause: error },
  )
}
