// What a way to reach somebody must offer. A channel is one file; notification.ts lists them. Channels keep no state.
import type { MovingPicture } from '../contract/capabilities.ts'
import type { Receipt } from '../contract/events.ts'
import type { ConnectionInfo, ConnectionKind } from '../contract/connections.ts'
import type { ActionContext } from '../contract/define.ts'
import type { Problem } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'

/** The part of a notification's config that channels read. None of it ever comes from a message. */
export interface NoticeConfig {
  url: string
  connection: string
  to: string
}

export interface Notice {
  /** One line. */
  title: string
  /** With `text` in the user's own words. */
  message: Message
  /** Where a person says "I have seen it". */
  acknowledgeUrl: string
  /** JPEG, for channels that take one, where there is one and the user lets it go out. */
  picture: Uint8Array | undefined
  /** A moving picture of the moment, for channels that take one. */
  clip?: MovingPicture | undefined
  /** Where the same picture can be fetched by https without an account; undefined when this Heed is not reached so. */
  pictureUrl: string | undefined
  /** What went out about the same before and could not be corrected in place: for channels that can answer to it. */
  earlier?: Receipt
}

/** What a try came to: one line for the delivery's row, and how to find it again, where that is possible. */
export interface SentNotice {
  summary: string
  receipt?: Receipt
}

export interface Channel {
  id: string
  label: string
  help: string
  /** The kind of connection it goes over, for words, and whether it can do without. Its `can.notify` is this channel's `id`. */
  connection?: { kind: ConnectionKind; optional?: boolean }
  /** As bytes or by its address. */
  takesPicture?: boolean
  /** What `to` holds, for the problem and the form; absent when there is no `to`. */
  to?: { what: string; example: string; optional?: boolean; isValid(to: string): boolean }
  /** Who is reached, where that is not the connection; undefined: nobody outside. */
  receiver?(config: NoticeConfig): string | undefined
  /** What else is wrong with the config, pure. */
  check?(config: NoticeConfig): Omit<Problem, 'node'>[]
  /** One try. Throws RetryableError or FatalError. */
  send(notice: Notice, ctx: ActionContext<NoticeConfig>): Promise<string | SentNotice>
  /**
   * Puts the notice in the place of what went out under this receipt. False when that is not there any more or may not be changed: the
   * notice goes out by itself then. May run twice.
   */
  correct?(notice: Notice, receipt: Receipt, ctx: ActionContext<NoticeConfig>): Promise<boolean>
}

/** As a file of its kind is called. */
export function clipName({ contentType }: Pick<MovingPicture, 'contentType'>): string {
  return contentType === 'image/gif' ? 'moment.gif' : 'moment.mp4'
}

/** What is wrong with a config for this channel. */
export function channelProblems(
  channel: Channel,
  config: NoticeConfig,
  connectionOf: (name: string) => ConnectionInfo | undefined,
): Omit<Problem, 'node'>[] {
  const problem = (field: string, code: string, message: string): Omit<Problem, 'node'> => ({
    port: null,
    field,
    code,
    message,
    severity: 'error',
  })
  const problems = channel.check?.(config) ?? []
  const { connection, to } = channel
  if (connection && config.connection === '' && !connection.optional) {
    problems.push(
      problem(
        'connection',
        'NOTIFICATION_CONNECTION_MISSING',
        `${channel.label} needs a connection of the kind "${connection.kind}". Choose one, or add it under Connections.`,
      ),
    )
  }
  const chosen = config.connection === '' ? undefined : connectionOf(config.connection)
  if (connection && chosen && chosen.can.notify !== channel.id) {
    problems.push(
      problem(
        'connection',
        'NOTIFICATION_CONNECTION_UNFIT',
        `The connection "${config.connection}" is of the kind "${chosen.kind}"; ${channel.label} needs one of the kind "${connection.kind}".`,
      ),
    )
  }
  if (to && config.to.trim() === '' && !to.optional) {
    problems.push(problem('to', 'NOTIFICATION_TO_MISSING', `Say whom to tell: ${to.what}, such as ${to.example}.`))
  }
  if (to && config.to.trim() !== '' && !to.isValid(config.to.trim())) {
    problems.push(
      problem('to', 'NOTIFICATION_TO_INVALID', `"${config.to.slice(0, 80)}" is not ${to.what}, such as ${to.example}.`),
    )
  }
  return problems
}
