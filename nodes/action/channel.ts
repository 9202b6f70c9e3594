// What a way to reach somebody must offer. A channel is one file; notification.ts lists them. Channels keep no state.
import type { ActionContext } from '../contract/define.ts'
import type { Problem } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'

/** The part of a notification's config that channels read. */
export interface NoticeConfig {
  url: string
  connection: string
}

export interface Notice {
  title: string
  message: Message
}

export interface Channel {
  id: string
  label: string
  help: string
  /** What is wrong with the config, pure. */
  check(config: NoticeConfig): Omit<Problem, 'node'>[]
  /** One try; returns one line for the delivery's row. Throws RetryableError or FatalError. */
  send(notice: Notice, ctx: ActionContext<NoticeConfig>): Promise<string>
}
