// A real SMTP server on loopback that keeps its mail, with a password, a temporary and a permanent refusal, and slowness.
import { SMTPServer } from 'smtp-server'
import type { AddressInfo } from 'node:net'

export interface ReceivedMail {
  from: string
  to: string[]
  raw: string
}

export interface MailServer {
  port: number
  received: ReceivedMail[]
  /** Answers the next mail with this SMTP number, and words. */
  refuseNext(status: number, words?: string): void
  stop(): Promise<void>
}

export async function startMailServer(
  options: { login?: { user: string; password: string } } = {},
): Promise<MailServer> {
  const received: ReceivedMail[] = []
  let refusal: { status: number; words: string } | undefined
  const refusing = (): Error | undefined => {
    if (refusal === undefined) return undefined
    const error = Object.assign(new Error(refusal.words), { responseCode: refusal.status })
    refusal = undefined
    return error
  }
  const server = new SMTPServer({
    disabledCommands: options.login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    authOptional: !options.login,
    logger: false,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === options.login?.user && password === options.login?.password) done(null, { user: username })
      else done(Object.assign(new Error('Wrong password'), { responseCode: 535 }))
    },
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('nobody@')) done(Object.assign(new Error('No such user'), { responseCode: 550 }))
      else done()
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const error = refusing()
        if (error) return done(error)
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    refuseNext: (status, words = 'Not today') => {
      refusal = { status, words }
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
