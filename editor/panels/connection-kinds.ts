// The kinds of connection a person can add: what each is, in words, and what must be filled in. Secrets are listed apart.
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import type { FieldSchema } from '../views.ts'

export interface ConnectionKindView {
  kind: ConnectionKind
  title: string
  text: string
  icon: string
  config: FieldSchema
  secrets: { name: string; label: string; help: string }[]
  /** Comes with Heed; there is nothing to fill in and none to add. */
  isBuiltIn?: boolean
}

const address = (placeholder: string, help: string): FieldSchema => ({
  type: 'string',
  label: 'Address',
  widget: 'text',
  placeholder,
  help,
})
const model: FieldSchema = { type: 'string', label: 'Model', widget: 'text', help: "The server's own when empty" }
const apiKey = { name: 'apiKey', label: 'API key', help: 'Only if the server asks for one' }
const server = (placeholder: string, help: string): FieldSchema => ({
  properties: { url: address(placeholder, help), model },
  required: ['url'],
})

const text = (label: string, placeholder: string, help: string): FieldSchema => ({
  type: 'string',
  label,
  widget: 'text',
  placeholder,
  help,
})
const hookSecret = {
  name: 'url',
  label: 'Address',
  help: 'The whole address of the bot or webhook; it is as good as a password',
}
const signSecret = { name: 'signSecret', label: 'Signing secret', help: 'When the bot is set to check signatures' }
const mailServer: FieldSchema = {
  properties: {
    host: text('Server', 'smtp.example.org', 'Without a scheme'),
    port: {
      type: 'integer',
      label: 'Port',
      widget: 'number',
      default: 465,
      help: '465 with encryption, 587 with STARTTLS',
    },
    secure: {
      type: 'boolean',
      label: 'Encrypted from the start',
      widget: 'toggle',
      default: true,
      help: 'On for 465, off for 587',
    },
    from: text('From', 'Heed <heed@example.org>', 'The sender people see'),
  },
  required: ['host', 'port', 'from'],
}

const visionServer: FieldSchema = {
  properties: {
    url: address('http://192.168.1.20:8000', 'With or without /v1'),
    model,
    contextTokens: {
      type: 'integer',
      label: 'Context',
      widget: 'number',
      unit: 'tokens',
      help: '8192 when empty; no more than the server was started with',
    },
    windowFrames: { type: 'integer', label: 'Pictures at once', widget: 'number', help: '8 when empty' },
    maxAnswerTokens: {
      type: 'integer',
      label: 'Longest answer',
      widget: 'number',
      unit: 'tokens',
      help: '128 when empty',
    },
    summaryModel: text('Model for summaries', '', 'A smaller one of the same server; the same when empty'),
  },
  required: ['url'],
}

const speechServer: FieldSchema = {
  properties: {
    url: address('http://192.168.1.20:8091', 'With or without /v1'),
    model,
    voice: text('Voice', 'vivian', "The server's own when empty"),
    transcriptionModel: text('Model for listening', 'whisper-1', 'Only if another model listens'),
    language: text('Language', 'en', 'Found out by the server when empty'),
  },
  required: ['url'],
}

export const connectionKindViews: readonly ConnectionKindView[] = [
  {
    kind: 'edge',
    title: 'Built-in model',
    text: 'A small model on this machine. It knows people and how they move, and needs no graphics card.',
    icon: 'cpu',
    config: {},
    secrets: [],
    isBuiltIn: true,
  },
  {
    kind: 'flite',
    title: 'Built-in voice',
    text: 'A plain voice on this machine; no network is needed.',
    icon: 'volume',
    config: {},
    secrets: [],
    isBuiltIn: true,
  },
  {
    kind: 'vllm-omni',
    title: 'vLLM-Omni',
    text: 'The interaction orchestrator, usually on a machine with a graphics card.',
    icon: 'brain',
    config: server('http://192.168.1.20:8070', 'Of the orchestrator, not of the model behind it'),
    secrets: [apiKey],
  },
  {
    kind: 'joyai-webinfer',
    title: 'JoyAI server',
    text: "JoyAI's own server, or its hosted API.",
    icon: 'cloud',
    config: server('http://192.168.1.20:8070', 'Of webinfer or of the hosted API'),
    secrets: [apiKey],
  },
  {
    kind: 'openai',
    title: 'Vision server',
    text: 'Any server that speaks the OpenAI way and sees pictures: vllm serve, llama.cpp, Ollama, LM Studio.',
    icon: 'eye',
    config: visionServer,
    secrets: [apiKey],
  },
  {
    kind: 'background-agent',
    title: 'Background agent',
    text: "JoyAI's agent, which answers questions that take longer than a glance.",
    icon: 'robot',
    config: server('http://192.168.1.20:8090', 'Of the agent; it is asked at /v1/solve'),
    secrets: [apiKey],
  },
  {
    kind: 'a2a',
    title: 'Agent (A2A)',
    text: 'Any agent that speaks the Agent2Agent protocol.',
    icon: 'robot',
    config: {
      properties: { url: address('https://agent.example.org', 'Where its agent card is found') },
      required: ['url'],
    },
    secrets: [apiKey],
  },
  {
    kind: 'command',
    title: 'Agent on this machine',
    text: "A command line such as Codex or Claude Code. Only names that this server's owner listed in HEED_AGENT_COMMANDS can run.",
    icon: 'bolt',
    config: {
      properties: { command: text('Agent', 'codex', 'As it stands in HEED_AGENT_COMMANDS; never a path') },
      required: ['command'],
    },
    secrets: [],
  },
  {
    kind: 'speech',
    title: 'Speech server',
    text: 'Speaks and listens: vLLM-Omni, or any server with /v1/audio/speech and /v1/audio/transcriptions.',
    icon: 'volume',
    config: speechServer,
    secrets: [apiKey],
  },
  {
    kind: 'webhook',
    title: 'Webhook signature',
    text: 'A secret with which webhook messages are signed, so that the receiver knows they are from here.',
    icon: 'webhook',
    config: {},
    secrets: [{ name: 'signingSecret', label: 'Signing secret', help: 'The receiver must know the same' }],
  },
  {
    kind: 'smtp',
    title: 'E-mail',
    text: 'A mail server that sends alerts, with the picture attached.',
    icon: 'mail',
    config: mailServer,
    secrets: [
      { name: 'user', label: 'User name', help: 'Only if the server asks for one' },
      { name: 'password', label: 'Password', help: 'Often one made for this app alone' },
    ],
  },
  {
    kind: 'telegram',
    title: 'Telegram',
    text: 'A bot of yours, from BotFather.',
    icon: 'brand-telegram',
    config: { properties: { chatId: text('Chat id', '123456789', 'Who is told when a notification names nobody') } },
    secrets: [{ name: 'botToken', label: 'Bot token', help: 'As BotFather gave it' }],
  },
  {
    kind: 'slack',
    title: 'Slack',
    text: 'An incoming webhook, or a bot, which also brings the picture.',
    icon: 'message-circle',
    config: {
      properties: { channel: text('Channel', 'C0123456789', 'For a bot: its id, when a notification names none') },
    },
    secrets: [
      { name: 'url', label: 'Webhook address', help: 'Either this' },
      { name: 'token', label: 'Bot token', help: 'or this, with the rights chat:write and files:write' },
    ],
  },
  {
    kind: 'discord',
    title: 'Discord',
    text: "A channel's webhook; it takes the picture too.",
    icon: 'message-circle',
    config: {},
    secrets: [hookSecret],
  },
  {
    kind: 'ntfy',
    title: 'ntfy',
    text: 'Push to phones over ntfy.sh or a server of your own.',
    icon: 'bell',
    config: {
      properties: {
        url: address('https://ntfy.sh', 'ntfy.sh when empty'),
        topic: text('Topic', 'grandma-Zk3x9', 'Whoever knows it can read along'),
      },
    },
    secrets: [{ name: 'token', label: 'Access token', help: 'Only if the server asks for one' }],
  },
  {
    kind: 'mqtt',
    title: 'MQTT',
    text: 'A broker, for Home Assistant and the like.',
    icon: 'route',
    config: { properties: { url: address('mqtt://192.168.1.20:1883', 'mqtt, mqtts, ws or wss') }, required: ['url'] },
    secrets: [
      { name: 'user', label: 'User name', help: 'Only if the broker asks for one' },
      { name: 'password', label: 'Password', help: 'Only if the broker asks for one' },
    ],
  },
  { kind: 'wecom', title: 'WeCom', text: 'A group bot.', icon: 'message', config: {}, secrets: [hookSecret] },
  {
    kind: 'dingtalk',
    title: 'DingTalk',
    text: 'A group bot.',
    icon: 'message',
    config: {},
    secrets: [hookSecret, signSecret],
  },
  {
    kind: 'feishu',
    title: 'Feishu',
    text: 'A group bot of Feishu or Lark; with an app of yours it shows the picture too.',
    icon: 'message',
    config: {},
    secrets: [
      hookSecret,
      signSecret,
      {
        name: 'appId',
        label: 'App ID',
        help: 'Of a Feishu app that may upload pictures (im:resource); without one the picture is behind the link',
      },
      { name: 'appSecret', label: 'App secret', help: 'Of the same app' },
    ],
  },
]

/** How a kind is shown; kinds without a form of their own by their plain name. */
export function kindView(kind: ConnectionKind): ConnectionKindView {
  return (
    connectionKindViews.find((view) => view.kind === kind) ?? {
      kind,
      title: kind,
      text: '',
      icon: 'server',
      config: {},
      secrets: [],
    }
  )
}

const nameRule = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** What is wrong with a name for a connection; null when it will do. */
export function whyNotName(name: string, taken: readonly string[]): string | null {
  if (!nameRule.test(name)) return 'A name is letters and digits, "-" and "_", without spaces.'
  return taken.includes(name) ? `There is a connection called ${name} already.` : null
}
