// Cameras of Node-RED's many camera packages, told by what they have in common: an address that a camera speaks.
import { textOf, type RedNode } from './document.ts'
import type { Made, World } from './made.ts'

const cameraType =
  /rtsp|onvif|(?:ip|usb|web|net)?-?cam(?:era)?(?:$|[-_ ])|camera|mjpe?g|viseron|frigate|ffmpeg|doods|hikvision|dahua|reolink|unifi/i
const runsPrograms = /^(?:exec|daemon|ffmpeg.*|.*spawn)$/i
const streamAddress = /^rtsps?:\/\/[^\s]+$/i
const pictureAddress = /^https?:\/\/[^\s]+$/i

const noAddress =
  'It has to do with a camera whose address is not in this file. Add that camera here; the rest can stay in Node-RED.'

/** A camera with the address it names, or why it is none here; undefined when it has nothing to do with cameras. */
export function cameraOf(node: RedNode, { setting }: World): Made | string | undefined {
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
