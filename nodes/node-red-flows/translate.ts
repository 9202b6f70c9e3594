// What each node type of Node-RED is here: only where it does the same, or nearly and says so. Everything else stays a
// placeholder with the reason. A function is never read as anything.
import { redCounterpart } from './counterparts.ts'
import { textOf, type RedNode } from './document.ts'
import { openReference } from './environment.ts'
import { one, type Made, type Translated, type World } from './made.ts'
import { changeOf, switchOf, templateOf } from './messages.ts'
import { delayOf, injectOf, rbeOf, triggerOf } from './timing.ts'

const translations: Record<string, (node: RedNode, world: World) => Translated> = {
  inject: injectOf,
  delay: delayOf,
  trigger: triggerOf,
  rbe: rbeOf,
  switch: switchOf,
  change: changeOf,
  template: templateOf,
  debug: debugOf,
  'http request': webhookOf,
  'mqtt out': mqttOf,
  'e-mail': emailOf,
}

/** Why well-known types have no counterpart. */
const reasons = new Map<string, string>(
  Object.entries({
    function: 'It runs JavaScript. Heed runs no code out of a flow; it can stay in Node-RED.',
    exec: 'It runs a program. Programs are run as agents only, from the list of the owner; it can stay in Node-RED.',
    'http in': 'Heed takes messages from outside over its own API: POST /api/flows/<flow>/nodes/<node>/input.',
    'mqtt in': 'Heed does not listen to a broker; it can stay in Node-RED and send here.',
    'link call': 'Several call the same link and each waits for its own answer; that can stay in Node-RED.',
    'link in': 'A link call leads here and waits for its answer; that can stay in Node-RED.',
    'link out': 'It goes back to whoever called the link; that can stay in Node-RED.',
    'http response': 'It answers a request to Node-RED; that can stay there.',
    ...told(
      ['split', 'join', 'batch', 'sort'],
      'It takes messages apart or puts them together; that can stay in Node-RED.',
    ),
    ...told(['csv', 'json', 'xml', 'html', 'yaml'], 'It reads or writes a data format; that can stay in Node-RED.'),
    ...told(
      ['file', 'file in', 'watch', 'tail'],
      'It reads or writes files of its machine; that can stay in Node-RED.',
    ),
    ...told(
      [
        'tcp in',
        'tcp out',
        'tcp request',
        'udp in',
        'udp out',
        'websocket in',
        'websocket out',
        'serial in',
        'serial out',
      ],
      'It keeps a line of its own open; that can stay in Node-RED.',
    ),
    ...told(
      ['heed-event', 'heed-message', 'heed-ask', 'heed-arm', 'heed-acknowledge', 'heed-image', 'heed-in', 'heed-out'],
      'It joins Node-RED to a Heed; it can stay in Node-RED.',
    ),
    status: 'What a node shows is on its card and in the API; it is no message here.',
  }),
)

function told(types: string[], reason: string): Record<string, string> {
  return Object.fromEntries(types.map((type) => [type, reason]))
}

/** What a node becomes. */
export function translate(node: RedNode, world: World): Translated {
  const back = fromHeed(node)
  if (back) return back
  const translation = Object.hasOwn(translations, node.type) ? translations[node.type] : undefined
  const open = translation && openReference(node)
  if (open !== undefined) return `It needs ${open} from the environment, which this file does not set.`
  if (translation) return translation(node, world)
  return (
    cameraOf(node, world) ??
    reasons.get(node.type) ??
    `Heed has no node for "${node.type.slice(0, 80)}"; it can stay in Node-RED.`
  )
}

/** A node of Heed's own that was written into a Node-RED flow, as long as nobody changed there what it means. */
function fromHeed(node: RedNode): Made | undefined {
  const own = readOwn(node['heed'])
  if (!own) return undefined
  if (!node.type.startsWith('heed-')) {
    const written = redCounterpart({ id: node.id, ...own })
    if (written?.type !== node.type) return undefined
    if (Object.entries(written.config).some(([key, value]) => JSON.stringify(node[key]) !== JSON.stringify(value)))
      return undefined
    return { ...one(own.type, own.config, { outputs: written.outputs }), position: own.position }
  }
  const { in: ways, out, bridged } = node['heed'] as Record<string, unknown>
  const rows = rowsIn(ways).map(([from = '', output = '', port = '']) => ({ key: `${output}:${from}`, port }))
  const into = Map.groupBy(rows, ({ key }) => key)
  const ports = [...new Set(rows.map(({ port }) => port))]
  const open = Array.isArray(bridged) ? bridged.map(textOf).filter((port) => ports.includes(port)) : []
  return {
    nodes: [own],
    input: ports.map((port) => [0, port]),
    outputs: (Array.isArray(out) ? out.slice(0, 200) : []).map((port: unknown) => [[0, textOf(port)]]),
    // A wire drawn over there leads into the port of the bridge, else into the first.
    portsFor: (from, output) =>
      into.get(`${output}:${from}`)?.map(({ port }) => port) ?? [...open, ...ports].slice(0, 1),
    position: own.position,
    isExact: true,
    reason: '',
  }
}

function rowsIn(value: unknown): string[][] {
  return (Array.isArray(value) ? value.slice(0, 5000) : []).flatMap((row: unknown) =>
    Array.isArray(row) ? [row.map(textOf)] : [],
  )
}

function readOwn(
  heed: unknown,
): { type: string; version: number; config: Record<string, unknown>; position: { x: number; y: number } } | undefined {
  if (typeof heed !== 'object' || heed === null) return undefined
  const { type, version, config, position } = heed as Record<string, unknown>
  if (typeof type !== 'string' || type === '' || type.length > 80) return undefined
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined
  const { x, y } = (typeof position === 'object' && position !== null ? position : {}) as Record<string, unknown>
  return {
    type,
    version: typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 1,
    config: config as Record<string, unknown>,
    position: { x: typeof x === 'number' ? x : 0, y: typeof y === 'number' ? y : 0 },
  }
}

function debugOf(node: RedNode): Made {
  const { complete, targetType, active, tosidebar } = node
  const isWhole = complete === 'true' || complete === true
  const shows =
    isWhole || (['payload', '', 'false', undefined, false].includes(complete as string) && targetType !== 'jsonata')
  const isSilent = active === false || tosidebar === false
  const reason = !shows
    ? 'It shows the whole message instead of one part.'
    : isSilent
      ? 'It was silent there; here it shows what passes.'
      : ''
  return one('debug', { fields: isWhole || !shows }, { outputs: [], isExact: reason === '', reason })
}

const delivered = { outputs: ['delivered'], isExact: false }

function webhookOf(node: RedNode): Translated {
  const url = textOf(node['url']).trim()
  const method = textOf(node['method']).toUpperCase()
  if (method !== 'POST') return 'Only a POST is a webhook here; what asks a server for something can stay in Node-RED.'
  if (url === '' || url.includes('{{'))
    return 'Its address comes from the message. Here text never chooses where to send; it can stay in Node-RED.'
  return one(
    'notification',
    { channel: 'webhook', url: /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}` },
    {
      ...delivered,
      reason: "It posts the message as Heed's JSON, not the bare payload; what the server answers is not passed on.",
    },
  )
}

function mqttOf(node: RedNode, { setting }: World): Translated {
  const topic = textOf(node['topic']).trim()
  if (topic === '')
    return 'Its topic comes from the message. Here text never chooses where to send; it can stay in Node-RED.'
  const broker = setting(node['broker'])
  return one(
    'notification',
    { channel: 'mqtt', connection: connectionName(broker, 'mqtt'), to: topic },
    {
      ...delivered,
      outputs: [],
      reason: `It publishes the message as Heed's JSON, not the bare payload. Add the broker${addressOf(broker)} as a connection.`,
    },
  )
}

function addressOf(setting: RedNode | undefined): string {
  const host = textOf(setting?.['broker'])
  return host === '' ? '' : ` ${host.replace(/^.*@/, '').slice(0, 100)}`
}

function emailOf(node: RedNode): Translated {
  const to = textOf(node['name']).trim()
  if (!to.includes('@'))
    return 'Whom it writes to comes from the message. Here text never chooses a receiver; it can stay in Node-RED.'
  return one(
    'notification',
    { channel: 'email', connection: 'mail', to },
    {
      ...delivered,
      outputs: [],
      reason: 'Add the mail server as a connection named "mail".',
    },
  )
}

/** A name as a connection may have it: what the person called the setting, else what it is. */
export function connectionName(setting: RedNode | undefined, fallback: string): string {
  const name = (textOf(setting?.['name']) || fallback)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return name === '' ? fallback : name
}

// Cameras of Node-RED's many camera packages, told by what they have in common: an address that a camera speaks.
const cameraType =
  /rtsp|onvif|(?:ip|usb|web|net)?-?cam(?:era)?(?:$|[-_ ])|camera|mjpe?g|viseron|frigate|ffmpeg|doods|hikvision|dahua|reolink|unifi/i
const runsPrograms = /^(?:exec|daemon|ffmpeg.*|.*spawn)$/i
const streamAddress = /^rtsps?:\/\/[^\s]+$/i
const pictureAddress = /^https?:\/\/[^\s]+$/i

const noAddress =
  'It has to do with a camera whose address is not in this file. Add that camera here; the rest can stay in Node-RED.'

/** A camera with the address it names, or why it is none here; undefined when it has nothing to do with cameras. */
function cameraOf(node: RedNode, { setting }: World): Made | string | undefined {
  const linked = Object.values(node).flatMap((value) =>
    typeof value === 'string' && setting(value) ? [setting(value)] : [],
  )
  const texts = [node, ...linked]
    .flatMap((each) => (each ? Object.values(each).map(textOf) : []))
    .map((text) => text.trim())
  const stream =
    texts.find((text) => streamAddress.test(text)) ?? (runsPrograms.test(node.type) ? commandAddress(texts) : undefined)
  if (stream !== undefined) return made({ kind: 'rtsp', url: stream })
  if (!cameraType.test(node.type)) return undefined
  const device = texts.find((text) => /^\/dev\/video\d{1,3}$/.test(text))
  if (device !== undefined) return made({ kind: 'device', device })
  const picture = texts.find((text) => pictureAddress.test(text))
  if (picture !== undefined) return made({ kind: 'url', url: picture })
  return runsPrograms.test(node.type) ? undefined : noAddress
}

/** `ffmpeg -i rtsp://…` in a node that runs it. */
function commandAddress(texts: string[]): string | undefined {
  return texts
    .map((text) => /(?:^|\s)["']?(rtsps?:\/\/[^\s"']+)/i.exec(text.slice(0, 8000))?.[1])
    .find((found) => found !== undefined)
}

function made(config: Record<string, unknown>): Made {
  return {
    nodes: [{ type: 'camera-source', config }],
    input: [],
    outputs: [],
    isExact: false,
    reason: 'It is a camera here. Wire it to AdaCodec and a model, and those to what it led to.',
  }
}
