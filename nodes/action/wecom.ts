// A WeCom group bot. Text goes out as text; the picture follows as a file, because the image message wants more than a bot is given.
import type { ActionContext } from '../contract/define.ts'
import type { FatalError, RetryableError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import { hookUrl, readJson } from './answer.ts'
import { troubleOfBot } from './bot-answer.ts'
import type { Channel, NoticeConfig } from './channel.ts'
import { multipart } from './multipart.ts'

const timeoutMs = 15_000

export const wecom: Channel = {
  id: 'wecom', label: 'WeCom', help: 'A message by a group bot, with the picture as a file.',
  connection: { kind: 'wecom' }, takesPicture: true,
  send: async ({ title, message, acknowledgeUrl, picture }, ctx) => {
    const url = hookUrl(await ctx.connections.get(ctx.config.connection))
    // At most 2048 bytes; a mention is written <@name>.
    const content = `${cutText(`${title}\n${message.text}`, 450).replace(/<@/g, '<\u200b@')}\n${acknowledgeUrl}`
    await post(url, { msgtype: 'text', text: { content, mentioned_list: [] } }, ctx)
    if (!picture) return 'WeCom has taken it.'
    // The words have arrived: another try for the picture's sake would say them twice.
    const error = await sendPicture(url, picture, ctx).then(() => undefined, (thrown: unknown) => thrown)
    return error === undefined ? 'WeCom has taken it, with the picture.' : 'WeCom has taken it; it did not take the picture.'
  },
}

async function post(url: string, body: Record<string, unknown>, ctx: ActionContext<NoticeConfig>): Promise<void> {
  const response = await ctx.http.request({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), timeoutMs, maxBytes: 4096 }, ctx.signal)
  const trouble: FatalError | RetryableError | undefined = troubleOfBot('WeCom', response, { busy: [45009, -1] }, ctx.clock.nowMs())
  if (trouble) throw trouble
}

async function sendPicture(url: string, picture: Uint8Array, ctx: ActionContext<NoticeConfig>): Promise<void> {
  const upload = new URL(url)
  upload.pathname = upload.pathname.replace(/\/send$/, '/upload_media')
  upload.searchParams.set('type', 'file')
  const form = multipart([{ name: 'media', value: picture, filename: 'picture.jpg', contentType: 'image/jpeg' }], ctx.idempotencyKey)
  const response = await ctx.http.request({ method: 'POST', url: upload.href, headers: { 'content-type': form.contentType }, body: form.body, timeoutMs, maxBytes: 4096 }, ctx.signal)
  const trouble = troubleOfBot('WeCom', response, { busy: [45009, -1] }, ctx.clock.nowMs())
  if (trouble) throw trouble
  await post(url, { msgtype: 'file', file: { media_id: String(readJson(response.text).media_id ?? '') } }, ctx)
}
