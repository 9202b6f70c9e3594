// The way from one ffmpeg to one camera: what ffmpeg opens in place of the camera's address, and what was refused or went wrong
// on the way. Everything in the network passes the one door out; clips, devices and browsers need no way.
import { randomBytes } from 'node:crypto'
import { hideInAddress } from '../../nodes/contract/address-secrets.ts'
import { FatalError, CodedError } from '../../nodes/contract/errors.ts'
import { portOf } from '../../nodes/contract/hosts.ts'
import { createCleaner, secretsOfRequest, type Clean } from '../../nodes/contract/own-secrets.ts'
import type { Egress } from '../egress/index.ts'
import { hostOf } from './address.ts'
import { loginIn } from './camera-login.ts'
import { openHttpGuard } from './http-guard.ts'
import type { Input } from './input-arguments.ts'
import { createHostApproval, type ApproveHost } from './host-approval.ts'
import type { Passed } from './rtsp-gate.ts'
import { openCameraProxy } from './camera-proxy.ts'

export interface GuardedInput {
  /** For ffmpeg's arguments. */
  input: Input
  /** For that ffmpeg's environment. */
  env: Record<string, string>
  /** What was refused, once something is: no other try would help. */
  refused: Promise<FatalError>
  /** The same, now. */
  refusal(): FatalError | undefined
  /** ffmpeg's last words, with the camera's address in place of ours, and what it could not know. */
  words(lastWords: string): string
  /** Bytes on their way to ffmpeg so far; 0 where they do not pass here. */
  received(): number
  close(): Promise<void>
}

/** What became of a connection, in ffmpeg's words: trouble.ts reads them. */
const ffmpegWords: Record<string, string> = {
  ECONNREFUSED: 'Connection refused',
  ENOTFOUND: 'Failed to resolve hostname',
  EAI_AGAIN: 'Failed to resolve hostname',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ECONNRESET: 'Stream ends prematurely',
  EHOSTDOWN: 'Host is down',
  ETIMEDOUT: 'Connection timed out',
  CAMERA_UNKNOWN_HOST: 'Failed to resolve hostname',
}

class Trouble {
  readonly refused = Promise.withResolvers<FatalError>()
  refusal: FatalError | undefined
  latest: Error | undefined

  refuse(error: FatalError): void {
    this.refusal ??= error
    this.refused.resolve(error)
  }

  words(): string {
    for (let error: unknown = this.latest; error instanceof Error; error = error.cause) {
      const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
      const known = inner
        .map((each) => (each instanceof Error && 'code' in each ? ffmpegWords[String(each.code)] : undefined))
        .find((each) => each !== undefined)
      if (known !== undefined) return known
    }
    return ''
  }
}

/** Opens it. Throws what the approval says of the camera itself; close it when its ffmpeg is gone. */
export async function openGuardedInput(
  egress: Pick<Egress, 'checkAddress'>,
  input: Input,
  signal: AbortSignal,
): Promise<GuardedInput> {
  const trouble = new Trouble()
  const none: GuardedInput = {
    input,
    env: {},
    refused: trouble.refused.promise,
    refusal: () => trouble.refusal,
    words: (words) => words,
    received: () => 0,
    close: async () => undefined,
  }
  if (input.kind !== 'rtsp' && input.kind !== 'url') return none
  const camera = new URL(input.source)
  const approveHost = createHostApproval(egress, camera, signal)
  const addresses = await approveHost(camera.hostname, portOf(camera))
  if (camera.protocol === 'http:' || camera.protocol === 'https:') return openWeb(none, trouble, camera, approveHost)
  if (camera.protocol === 'srt:') {
    // SRT sends nobody elsewhere: the number in place of the name is all it needs.
    camera.hostname = addresses[0]?.family === 6 ? `[${addresses[0].address}]` : (addresses[0]?.address ?? '')
    return { ...none, input: { ...input, source: camera.href }, words: (words) => cleanerFor(camera)(words) }
  }
  const isRtsp = camera.protocol.startsWith('rtsp')
  const path = isRtsp ? secretPath(camera) : undefined
  const { address, received, close } = await openCameraProxy({
    host: camera.hostname,
    port: portOf(camera),
    addresses,
    isRtsp,
    login: isRtsp ? loginIn(camera, () => randomBytes(8).toString('hex')) : undefined,
    path,
    isEncrypted: camera.protocol.endsWith('ps:') && camera.protocol !== 'rtsp:',
    onRefused: (refused) => trouble.refuse(sentOn(camera, refused)),
    onConnection: (error) => {
      trouble.latest = error
    },
  })
  const source = new URL(camera)
  source.host = address
  // Signed in by the proxy: what stands in ffmpeg's arguments, every program of this machine can read.
  if (isRtsp) source.username = source.password = ''
  if (path) {
    source.pathname = path.shown
    source.search = ''
  }
  return {
    ...none,
    received,
    close,
    words: (words) => wordsOf(trouble, words, address, camera),
    input: {
      ...input,
      source: source.href.replace(/^(rtsp|rtmp)s:/, '$1:'),
      ...(isRtsp ? {} : { rtmpUrl: rtmpUrl(camera) }),
    },
  }
}

async function openWeb(
  none: GuardedInput,
  trouble: Trouble,
  camera: URL,
  approveHost: ApproveHost,
): Promise<GuardedInput> {
  const { source, proxy, received, close } = await openHttpGuard({
    camera,
    approveHost,
    onRefused: (error) => trouble.refuse(error),
    onConnection: (error) => {
      trouble.latest = error
    },
  })
  return {
    ...none,
    input: { ...none.input, source },
    env: { http_proxy: proxy },
    received,
    close,
    words: (words) => wordsOf(trouble, words, new URL(source).host, camera),
  }
}

function wordsOf(trouble: Trouble, lastWords: string, ours: string, camera: URL): string {
  const said = trouble.latest instanceof CodedError && trouble.words() === '' ? trouble.latest.message : trouble.words()
  const words = [said, lastWords.replaceAll(ours, hostOf(camera))].filter((each) => each !== '').join('\n')
  return cleanerFor(camera)(words)
}

/** Some cameras take their password in the path or behind it: ffmpeg gets another name for all that. */
function secretPath({ host, pathname, search }: URL): { shown: string; real: string } | undefined {
  const real = `${pathname}${search}`
  const hidden = hideInAddress(`rtsp://${host}${real}`)?.secrets ?? []
  return hidden.length > 0 ? { shown: '/camera', real } : undefined
}

function sentOn(camera: URL, refused: NonNullable<Passed['refused']>): FatalError {
  const start = `The camera at ${hostOf(camera)}`
  if (refused.kind === 'broken')
    return new FatalError('CAMERA_BROKEN', `${start} does not speak RTSP as it should, so nothing more is read of it.`)
  if (refused.kind === 'multicast')
    return new FatalError(
      'CAMERA_LINK_REFUSED',
      `${start} wants to send by multicast, which Heed does not take. Set it to unicast, or its transport to TCP.`,
    )
  const to = URL.canParse(refused.to) ? hostOf(new URL(refused.to)) : 'another address'
  return new FatalError(
    'CAMERA_LINK_REFUSED',
    `${start} sends us on to ${to}. Over RTSP Heed does not follow: if you know that place, enter its address as the camera's.`,
  )
}

/** What an RTMP server is told that it is called: with ffmpeg's idea of what is the application in the path (libavformat/rtmpproto.c). */
function rtmpUrl(camera: URL): string {
  const path = `${camera.pathname}${camera.search}`.replace(/^\//, '')
  return `${camera.protocol}//${camera.hostname}:${portOf(camera)}/${appIn(path)}`
}

function appIn(path: string): string {
  const mark = path.indexOf('?')
  if (mark >= 0 && path.slice(mark).includes('slist=')) return path.slice(0, mark)
  if (path.startsWith('ondemand/')) return 'ondemand'
  const first = path.indexOf('/')
  if (first < 0) return ''
  const second = path.indexOf('/', first + 1),
    colon = path.indexOf(':', first + 1)
  return path.slice(0, second < 0 || (colon >= 0 && colon < second) ? first : second)
}

/** A camera may repeat in its answer what it was asked with, and ffmpeg repeats the camera. */
function cleanerFor(camera: URL): Clean {
  const login = camera.password === '' ? [] : [`${camera.username}:${camera.password}`]
  const secrets = [...login, ...secretsOfRequest({ url: camera.href }, true)]
  // A shorter one could be part of the words by which trouble is known, such as 401.
  return createCleaner(secrets.filter((secret) => secret.length > 5))
}
