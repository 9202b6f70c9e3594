// Tells somebody, over one channel. One try per call; the queue repeats it until it is delivered or given up, and comes back
// for reminders and the deadline. Who is told, and where, is the config's alone: a message never chooses.
import { z } from 'zod'
import type { MovingPicture } from '../contract/capabilities.ts'
import type { Receipt } from '../contract/events.ts'
import { defineAction, port } from '../contract/define.ts'
import type { ActionContext } from '../contract/define.ts'
import type { RehearsalContext } from '../contract/rehearsal.ts'
import { FatalError, RetryableError } from '../contract/errors.ts'
import { correctedBy } from '../contract/alerts.ts'
import type { Message } from '../contract/events.ts'
import { oneLine, renderTemplate, templateWarnings } from '../contract/template.ts'
import { channelProblems, type Channel, type Notice, type NoticeConfig, type SentNotice } from './channel.ts'
import { dingtalk } from './dingtalk.ts'
import { discord } from './discord.ts'
import { email } from './email.ts'
import { deadline, followingOf, reminderNumber, rootEventOf, unacknowledgedMessage } from './escalation.ts'
import { feishu } from './feishu.ts'
import { inbox } from './inbox.ts'
import { mqtt } from './mqtt.ts'
import { ntfy } from './ntfy.ts'
import { slack } from './slack.ts'
import { telegram } from './telegram.ts'
import { webPush } from './web-push.ts'
import { webhook } from './webhook.ts'
import { wecom } from './wecom.ts'

const channels: readonly Channel[] = [
  inbox,
  webhook,
  email,
  telegram,
  slack,
  discord,
  ntfy,
  webPush,
  mqtt,
  wecom,
  dingtalk,
  feishu,
]
const ids = channels.map((channel) => channel.id) as [string, ...string[]]
const showing = (has: (channel: Channel) => unknown) => ({
  field: 'channel',
  is: channels.filter(has).map(({ id }) => id),
})
const minutes = z.number().min(0).max(10_080).default(0)

const config = z.object({
  channel: z
    .enum(ids)
    .default('inbox')
    .meta({
      label: 'Channel',
      widget: 'select',
      options: channels.map(({ id, label, help }) => ({ value: id, label, help })),
      help: 'How to reach somebody.',
    }),
  url: z
    .string()
    .max(2000)
    .default('')
    .meta({
      label: 'Address',
      widget: 'url',
      placeholder: 'https://example.org/hook',
      showIf: showing(({ id }) => id === 'webhook'),
      help: 'Where the message is posted.',
    }),
  connection: z
    .string()
    .default('')
    .meta({
      label: 'Connection',
      widget: 'connection',
      can: 'notify',
      showIf: showing((channel) => channel.connection),
      help: 'The account or server it goes over; for a webhook, what signs it.',
    }),
  to: z
    .string()
    .max(4000)
    .default('')
    .meta({
      label: 'To',
      widget: 'text',
      receiver: true,
      placeholder: 'ana@example.org',
      showIf: showing((channel) => channel.to),
      help: 'Addresses, chat id, channel or topic.',
    }),
  title: z
    .string()
    .max(200)
    .default('')
    .meta({ label: 'Title', widget: 'template', placeholder: 'Fall', help: "The flow's name when empty." }),
  text: z.string().max(2000).default('').meta({
    label: 'Text',
    widget: 'template',
    advanced: true,
    placeholder: '{{text}}',
    help: 'Your own words around {{text}}, {{time}}, {{flow}}, {{camera}}, {{fields.name}}; just the message when empty.',
  }),
  sendPicture: z
    .boolean()
    .default(true)
    .meta({
      label: 'Send the picture',
      widget: 'toggle',
      advanced: true,
      showIf: showing((channel) => channel.takesPicture),
      help: 'Off: only words and the link go out; the picture stays behind the link.',
    }),
  repeatEveryM: minutes.meta({
    label: 'Remind every',
    widget: 'number',
    unit: 'min',
    help: 'Until somebody acknowledges it, at most 100 times; 0 is never.',
  }),
  unacknowledgedAfterM: minutes.meta({
    label: 'Unacknowledged after',
    widget: 'number',
    unit: 'min',
    help: 'Then the port "Unacknowledged" tells the next one; 0 is never.',
  }),
  call: z.array(z.string().max(80)).max(10).default([]).meta({
    label: 'Call',
    widget: 'tags',
    advanced: true,
    placeholder: 'Ana +34 600 000 000',
    help: 'Numbers to call, on the page behind the link in the message.',
  }),
})

export default defineAction({
  type: 'notification',
  version: 1,
  title: 'Notification',
  icon: 'bell',
  group: 'action',
  also: 'alarm, alert, notify, tell, message, push, sms, phone, text somebody, send, 报警, 警报, 通知, 提醒, 推送',
  does: ['notify'],
  help: [
    'Tells somebody: in the inbox, by mail, Telegram, Slack, Discord, ntfy, browser push, MQTT, WeCom, DingTalk, Feishu, or a webhook of yours.',
    'Example: channel "email", connection "home-mail", to "ana@example.org", title "Fall at {{time}}".',
    'Every message carries a link that says "I have seen it": it shows the picture, needs no account, works once and for 7 days.',
    'The picture goes along unless "Send the picture" is off: over DingTalk and browser push by its https address, over Feishu by an app\'s upload.',
    'With "Remind every" it is said again until somebody does. With "Unacknowledged after" the port of that name tells the next one:',
    'family → neighbour → emergency desk is three notifications and two wires.',
    'A channel that is away is tried again with growing pauses; reminders and deadlines do not wait for it.',
    'What "Verify" corrects is changed in place in Telegram, Slack (by a bot), Discord, ntfy and on phones; elsewhere a message follows.',
    'Name a connection of kind "webhook" with a signing secret to have webhook posts signed.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What to tell.' }) },
    out: {
      delivered: port('message', {
        label: 'Delivered',
        event: 'notification.delivered',
        help: 'Once the channel has taken it.',
      }),
      failed: port('message', { label: 'Failed', event: 'notification.failed', help: 'Once every try was in vain.' }),
      unacknowledged: port('message', {
        label: 'Unacknowledged',
        event: 'notification.unacknowledged',
        silentWithout: 'unacknowledgedAfterM',
        help: 'When nobody has reacted in time.',
      }),
    },
  },
  config,
  card: '{{channel}} {{title}}',
  needs: ['http', 'connections', 'pictures', 'mail', 'mqtt', 'push', 'events'],
  timeoutMs: 20_000,
  // With pauses that double up to a minute: about a quarter of an hour.
  maxAttempts: 20,
  check: (values, world) => {
    const channel = channels.find(({ id }) => id === values.channel)
    return [
      ...(channel ? channelProblems(channel, values, (name) => world.connection(name)) : []),
      ...templateWarnings(values.title, 'title'),
      ...templateWarnings(values.text, 'text'),
    ]
  },
  following: followingOf,
  receiver: receiverOf,
  perform: async (message, ctx) => {
    if (ctx.phase !== '' && (await isAcknowledged(message, ctx)))
      return { outputs: {}, summary: 'Somebody has acknowledged it: nothing to do.' }
    if (ctx.phase === deadline) return tooLate(message, ctx)
    const wording = wordingOf(message, ctx)
    const { summary, receipt } = await tell(message, wording, ctx)
    const kept = receipt ? { receipt: { about: rootEventOf(message), receipt } } : {}
    return { ...toldBy(message, wording, ctx, summary), ...kept }
  },
  rehearse: (message, ctx) => {
    if (ctx.phase === deadline) return tooLate(message, ctx)
    const wording = wordingOf(message, ctx)
    const { channel, title, told } = wording
    const to = ctx.config.to.trim() || (receiverOf(ctx.config, ctx.phase) ?? '')
    return {
      ...toldBy(message, wording, ctx, 'Kept back: a rehearsal sends nothing.'),
      captured: { channel: channel.id, to, title, text: told.text },
    }
  },
})

type Values = z.output<typeof config>
type Pure = Pick<RehearsalContext<Values>, 'config' | 'clock' | 'flow' | 'phase'>

/** The message in the words and under the title of this node, and over which channel. */
interface Wording {
  told: Message
  title: string
  channel: Channel
  /** 0: the notification itself. */
  reminder: number
}

function tooLate(message: Message, { clock }: Pure) {
  return {
    outputs: { unacknowledged: unacknowledgedMessage(message, clock.nowMs()) },
    summary: 'Nobody has acknowledged it in time.',
  }
}

function toldBy(
  message: Message,
  { told, title, channel, reminder }: Wording,
  { config, phase }: Pure,
  summary: string,
) {
  const delivered = {
    ...told,
    fields: { ...told.fields, about: rootEventOf(message), title, channel: channel.id },
  }
  return {
    outputs: reminder === 0 ? { delivered } : {},
    summary: reminder === 0 ? summary : `Reminder ${reminder}. ${summary}`,
    later: followingOf(config, phase, message),
  }
}

function wordingOf(message: Message, { config: values, flow, phase }: Pure): Wording {
  const reminder = reminderNumber(phase)
  if (reminder === undefined)
    throw new FatalError('NOTIFICATION_PHASE_UNKNOWN', `There is nothing to do in the phase "${phase}".`)
  const channel = channels.find(({ id }) => id === values.channel)
  if (!channel)
    throw new FatalError(
      'NOTIFICATION_CHANNEL_UNKNOWN',
      `There is no channel "${values.channel}". Choose one of ${ids.join(', ')}.`,
    )
  const world = { flow: flow.name }
  const { text, title: ownTitle } = values
  const told: Message = { ...message, text: text.trim() === '' ? message.text : renderTemplate(text, message, world) }
  const title = oneLine(ownTitle.trim() === '' ? flow.name : renderTemplate(ownTitle, message, world)) || flow.name
  return { told, title, channel, reminder }
}

type Context = ActionContext<Values & NoticeConfig>

/** A deadline reaches nobody: it must not wait for a channel that is away. */
function receiverOf(values: Values, phase: string): string | undefined {
  const channel = channels.find(({ id }) => id === values.channel)
  if (!channel || phase === deadline) return undefined
  if (channel.receiver) return channel.receiver(values)
  return channel.connection && values.connection !== '' ? values.connection : undefined
}

/** Sends it, or puts it in the place of what it corrects. */
async function tell(message: Message, { told, title, channel, reminder }: Wording, ctx: Context): Promise<SentNotice> {
  const corrected = reminder === 0 ? await toldBefore(message, ctx) : []
  const shows = channel.takesPicture && ctx.config.sendPicture
  const picture = shows ? await pictureOf(message, ctx) : undefined
  // Said again without it: one is enough.
  const clip = shows && reminder === 0 ? await clipOf(message, ctx) : undefined
  // One link for the whole escalation: whoever presses it acknowledges what it began with.
  const first = { ...message, eventId: rootEventOf(message) }
  const notice: Notice = {
    title: reminder === 0 ? title : `${title} (reminder ${reminder})`,
    message: told,
    acknowledgeUrl: ctx.acknowledgeUrl(first),
    picture,
    clip,
    pictureUrl: picture && ctx.pictureUrl(first),
  }
  let isCorrected = false
  for (const receipt of channel.correct ? corrected : []) {
    if (await channel.correct?.(notice, receipt, ctx)) isCorrected = true
  }
  if (isCorrected) return { summary: `${channel.label}: what was told before is corrected in place.` }
  const sent = await channel.send({ ...notice, ...(corrected[0] ? { earlier: corrected[0] } : {}) }, ctx)
  return typeof sent === 'string' ? { summary: sent } : sent
}

/** So often a correction waits for what it corrects; then it goes out by itself. */
const mostWaits = 8

/** What went out from here about the event that this message corrects, newest first. */
async function toldBefore(message: Message, ctx: Context): Promise<readonly Receipt[]> {
  const event = correctedBy(message)
  if (event === undefined) return []
  const { receipts, isUnderWay } = await ctx.events.told({ flow: ctx.flow.id, node: ctx.node.id, event })
  if (isUnderWay && ctx.attempt <= mostWaits)
    throw new RetryableError(
      'NOTIFICATION_NOT_NOW',
      'This corrects an alert that is still on its way: it goes after it.',
    )
  return receipts
}

/** Its own event counts as well as what it is about: the inbox shows both. */
async function isAcknowledged(message: Message, ctx: Context): Promise<boolean> {
  for (const id of new Set([rootEventOf(message), message.eventId])) {
    if (await ctx.events.isAcknowledged(id)) return true
  }
  return false
}

/** The moving picture that was made about the same. */
async function clipOf(message: Message, ctx: Context): Promise<MovingPicture | undefined> {
  for (const id of new Set([message.eventId, rootEventOf(message), message.about])) {
    const clip = typeof id === 'string' ? await ctx.pictures.clipOfEvent?.(id) : undefined
    if (clip) return clip
  }
  return undefined
}

/** The picture of the message's own event, else of what it is about. */
async function pictureOf(message: Message, ctx: Context): Promise<Uint8Array | undefined> {
  for (const id of new Set([message.eventId, rootEventOf(message), message.about])) {
    const picture = typeof id === 'string' ? await ctx.pictures.ofEvent(id) : undefined
    if (picture) return picture
  }
  return undefined
}
