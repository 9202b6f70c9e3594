// Answers of the group bots of WeCom, DingTalk and Feishu: always 200, the truth is a number inside.
import type { HttpResponse } from '../contract/capabilities.ts'
import { FatalError, RetryableError } from '../contract/errors.ts'
import { isTaken, readJson, troubleOf } from './answer.ts'

/** Undefined when the bot took it. `busy` are the numbers after which another try makes sense. */
export function troubleOfBot(
  who: string,
  response: HttpResponse,
  { busy }: { busy: readonly number[] },
  nowMs: number,
): FatalError | RetryableError | undefined {
  if (!isTaken(response)) return troubleOf(who, response, nowMs)
  const answer = readJson(response.text)
  const number = Number(answer.errcode ?? answer.code ?? answer.StatusCode)
  if (number === 0) return undefined
  const said = [answer.errmsg, answer.msg, answer.StatusMessage].find((text) => typeof text === 'string' && text !== '')
  const words = `${who} answered ${Number.isNaN(number) ? 'something that is no answer of a bot' : number}${typeof said === 'string' ? `: ${said.slice(0, 120)}` : ''}.`
  if (Number.isNaN(number)) return new FatalError('NOTIFICATION_REFUSED', `${words} Is this the address of a bot?`)
  if (busy.includes(number)) return new RetryableError('NOTIFICATION_NOT_NOW', words, { retryAfterMs: 30_000 })
  return new FatalError(
    'NOTIFICATION_REFUSED',
    `${words} Check the address and the signing secret of the connection, and the bot's own rules.`,
  )
}
