// What ffmpeg is told about where pictures come from. Pure. Whatever a flow says stands behind `-i` and nowhere else,
// and each kind of camera may use only the protocols and containers it needs.
import type { CameraKind } from '../../nodes/contract/capabilities.ts'
import { isLoopList, loopList } from './rounds.ts'
import type { Tools } from './tools.ts'

/** A camera that may be opened: checked, resolved, credentials filled in. */
export interface Input {
  kind: Exclude<CameraKind, 'camera'>
  /** Behind `-i`: an absolute path, a URL, a device. Never logged. What ffmpeg gets to see of a URL, guarded-input.ts says. */
  source: string
  /** For a sentence: `camera at 10.0.0.7`, `clip "fall.mp4"`. */
  name: string
  /** Its end is a loss, its clock is ours. False: a clip that ends as finished. */
  live: boolean
  loop: boolean
  /** Clips: whole seconds to leave out at the start. */
  startAtS: number
  /** Clips in a loop: what its pictures' seconds count from, where that is not `startAtS`. */
  countFromS?: number
  /** Clips in a loop: how long a round is, where that is known. */
  loopS?: number
  /** The picture's shape as it is shown, `16:9`, where the camera says it wrong. */
  aspect?: string
  transport: 'tcp' | 'udp'
  /** RTMP: what the server is told that it is called, where the source leads through this machine. */
  rtmpUrl?: string
  /** Who it is, without credentials: what is learnt of a camera is kept under this. */
  key: string
}

/** What a first look told of a camera, as far as it changes how it is decoded. */
export interface Reading {
  /** Keyframes suffice for one picture a second; or all but unreferenced frames; or every frame. */
  decode: 'keyframes' | 'referenced' | 'all'
  /** Stamp pictures when they come: MJPEG over HTTP has no clock. */
  stampOnArrival: boolean
  /** Comes faster than it plays (HLS, a clip on a web server): hold to its own speed. */
  pace: boolean
}

/** Containers that hold pictures and nothing else: no playlist or script that could name other files. */
export const clipFormats = 'mov,matroska,webm,avi,flv,mpegts,mpeg,ogg,asf,h264,hevc,m4v,mjpeg,gif,ivf,dhav,mxf'
const webFormats = `${clipFormats},mpjpeg,hls,live_flv`
const timeoutUs = '10000000'
/** Longer than any camera pauses between two pictures: how long is too long, decoder.ts says, by the camera's own rhythm. */
const silenceUs = '90000000'
/** 50 megapixels, above any camera: a forged header must not make the decoder fill the memory. */
const maxPixels = ['-max_pixels', '50000000']

type Ways = Pick<Tools, 'rtspTimeout' | 'tellsOptions'>

/** Everything up to and with `-i`. */
export function inputArguments(input: Input, tools: Ways, reading?: Reading): string[] {
  return [
    ...(reading ? decodeArguments(reading) : []),
    ...maxPixels,
    ...sourceArguments(input, tools, reading),
    ...whereArguments(input, tools),
  ]
}

/** For ffprobe and snapshots: the same limits, no pacing. */
export function lookArguments(input: Input, tools: Ways): string[] {
  const once = { ...input, loop: false, startAtS: 0 }
  return [...maxPixels, ...sourceArguments(once, tools), ...whereArguments(once, tools)]
}

/** What belongs on stdin: an address that must not stand in arguments, or the rounds of a loop. Undefined where nothing has to. */
export function inputList(input: Input, tools: Ways, reading?: Reading): string | undefined {
  if (reading && isLoopList(input, tools)) return loopList(input, clipFormats, quote)
  return isListed(input) ? listFor(input, openingOptions(input, reading), tools.tellsOptions) : undefined
}

function decodeArguments(reading: Reading): string[] {
  const skip = { keyframes: ['-skip_frame', 'nokey'], referenced: ['-skip_frame', 'noref'], all: [] }[reading.decode]
  return ['-threads', '1', ...skip]
}

/**
 * A long look costs nothing where the stream says early what it is, and saves the camera with rare keyframes; waiting for
 * a frame rate (`fpsprobesize`) would cost 20 frames. `-fflags nobuffer` is not used: it throws the looked-at pictures
 * away, the first keyframe among them, and the backlog it avoids is decoded in a few ms anyway.
 */
function lookLong(): string[] {
  return ['-analyzeduration', timeoutUs, '-probesize', timeoutUs, '-fpsprobesize', '0']
}

function sourceArguments(input: Input, tools: Ways, reading?: Reading): string[] {
  const clock = reading?.stampOnArrival ? ['-use_wallclock_as_timestamps', '1'] : []
  const pace = reading?.pace ? ['-re'] : []
  switch (input.kind) {
    case 'file':
      return [
        ...pace,
        ...(input.startAtS > 0 ? ['-ss', String(input.startAtS)] : []),
        ...(isLoopList(input, tools)
          ? ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'pipe,file', '-format_whitelist', 'concat']
          : ['-protocol_whitelist', 'file', '-format_whitelist', clipFormats]),
      ]
    case 'rtsp':
      return rtspArguments(input, tools, reading)
    case 'url':
      return urlArguments(input, tools, [...clock, ...pace], reading)
    case 'device':
      return ['-f', 'v4l2']
    case 'browser':
      return [...clock, '-fpsprobesize', '0', '-protocol_whitelist', 'pipe', '-f', 'mpjpeg']
  }
}

function urlArguments(input: Input, tools: Ways, more: string[], reading?: Reading): string[] {
  if (input.source.startsWith('rtsp:')) return rtspArguments(input, tools, reading)
  if (isListed(input)) return [...more, ...lookLong(), ...listArguments(input, tools.tellsOptions)]
  // Encryption ends before ffmpeg (http-guard.ts, camera-proxy.ts). With `tls` it could go around them, with `httpproxy` a playlist.
  return [
    ...more,
    ...openingOptions(input, reading),
    '-protocol_whitelist',
    'http,tcp,crypto',
    '-format_whitelist',
    webFormats,
  ]
}

function openingOptions(input: Input, reading?: Reading): string[] {
  const called = input.rtmpUrl === undefined ? [] : ['-rtmp_tcurl', input.rtmpUrl]
  return [...lookLong(), '-rw_timeout', reading ? silenceUs : timeoutUs, ...called]
}

function rtspArguments(input: Input, { rtspTimeout }: Ways, reading?: Reading): string[] {
  return [
    ...lookLong(),
    '-rtsp_transport',
    input.transport,
    rtspTimeout,
    reading ? silenceUs : timeoutUs,
    '-allowed_media_types',
    'video',
    '-protocol_whitelist',
    'rtsp,rtp,srtp,udp,tcp',
    '-format_whitelist',
    'rtsp,rtp,sdp,mpegts,h264,hevc,mjpeg',
  ]
}

function whereArguments(input: Input, tools: Ways): string[] {
  if (input.kind === 'file') return ['-i', isLoopList(input, tools) ? 'pipe:0' : `file:${input.source}`]
  return ['-i', input.kind === 'browser' || isListed(input) ? 'pipe:0' : input.source]
}

// An address that ffmpeg must know and nobody else: RTMP and SRT take their passwords in it, and what stands in arguments every
// program of this machine can read. So it is handed over on stdin, as a list of one entry (ffconcat). Pure.
/** Protocols of which the list and what it names may use no others, and what may come over them: nothing that names other places. */
const spoken: Record<string, { protocols: string; formats: string }> = {
  rtmp: { protocols: 'rtmp,tcp', formats: 'flv,live_flv' },
  srt: {
    protocols: 'srt',
    formats: 'mpegts,mpeg,mov,matroska,webm,avi,flv,live_flv,ogg,asf,h264,hevc,m4v,mjpeg,mpjpeg,ivf,dhav,mxf',
  },
}

/** Undefined where ffmpeg may see the address. */
function spokenBy({ kind, source }: Pick<Input, 'kind' | 'source'>): (typeof spoken)[string] | undefined {
  return kind === 'url' ? spoken[source.slice(0, source.indexOf(':'))] : undefined
}

/** Whether the input comes as a list on stdin. */
function isListed(input: Pick<Input, 'kind' | 'source'>): boolean {
  return spokenBy(input) !== undefined
}

/** For the arguments before `-i pipe:0`. `tellsOptions`: whether this ffmpeg takes options in a list (5.0 and later). */
function listArguments(input: Input, tellsOptions: boolean): string[] {
  const { protocols, formats } = spokenBy(input)!
  const whitelist = tellsOptions ? 'concat' : `concat,${formats}`
  return ['-f', 'concat', '-safe', '0', '-protocol_whitelist', `pipe,${protocols}`, '-format_whitelist', whitelist]
}

/** What goes to stdin. `options` are those for opening the camera, as `name, value, name, value`, each name with its dash. */
function listFor(input: Input, options: readonly string[], tellsOptions: boolean): string {
  const { protocols, formats } = spokenBy(input)!
  const all = [...options, '-protocol_whitelist', protocols, '-format_whitelist', formats]
  const told = all.flatMap((name, at) => (at % 2 === 0 ? [`option ${name.slice(1)} ${quote(all[at + 1] ?? '')}`] : []))
  return ['ffconcat version 1.0', `file ${quote(input.source)}`, ...(tellsOptions ? told : []), ''].join('\n')
}

/** As av_get_token reads it. A line break would begin a line of its own; an address has none. */
function quote(text: string): string {
  return `'${text.replace(/[\r\n\0]/g, '').replaceAll("'", String.raw`'\''`)}'`
}
