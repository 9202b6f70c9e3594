// Finds ffmpeg and ffprobe and learns how this version names its options. Asked again after a failure: it may have been installed since.
import { execFile } from 'node:child_process'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { childEnvironment } from '../child-environment.ts'

export interface Tools {
  ffmpeg: string
  ffprobe: string
  version: string
  /** How this version spells "neither repeat nor drop pictures". */
  passthrough: readonly string[]
  /** Whether it can tell that a picture has changed its shape (ffmpeg 4.4 and later). */
  tellsShape: boolean
  /** Whether a list on stdin may say how to open what it names (ffmpeg 5.0 and later). */
  tellsOptions: boolean
  /** How this version spells the socket timeout of RTSP in µs. */
  rtspTimeout: '-timeout' | '-stimeout'
  /** What plays everywhere can be made here (libx264). */
  encodesH264: boolean
  /** Put in front of a command so that the kernel ends it with us, even after SIGKILL; empty where that cannot be had. */
  bound: readonly string[]
}

/** Looks once and remembers. Throws FatalError MEDIA_FFMPEG_MISSING with the command to type. */
export function createToolFinder(paths: {
  ffmpegPath?: string | undefined
  ffprobePath?: string | undefined
}): () => Promise<Tools> {
  let found: Promise<Tools> | undefined
  return () => {
    found ??= findTools(paths.ffmpegPath ?? 'ffmpeg', paths.ffprobePath ?? 'ffprobe')
    found.catch(() => {
      found = undefined
    })
    return found
  }
}

async function findTools(ffmpeg: string, ffprobe: string): Promise<Tools> {
  const [banner, rtsp, , bound, encoders] = await Promise.all([
    output(ffmpeg, ['-version']),
    output(ffmpeg, ['-hide_banner', '-h', 'demuxer=rtsp']),
    output(ffprobe, ['-version']),
    findBinder(),
    output(ffmpeg, ['-hide_banner', '-encoders']),
  ])
  if (banner === undefined) throw missing(ffmpeg)
  const version = /^ffmpeg version (\S+)/m.exec(banner)?.[1] ?? 'unknown'
  const help = await output(ffmpeg, ['-hide_banner', '-h', 'long'])
  return {
    ffmpeg,
    ffprobe,
    version,
    passthrough: help?.includes('-fps_mode') ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'],
    tellsShape: help?.includes('-autoscale') ?? false,
    encodesH264: namesListed(encoders ?? '').has('libx264'),
    tellsOptions: Number(/^\s*libavformat\s+(\d+)/m.exec(banner)?.[1] ?? 0) >= 59,
    rtspTimeout: rtsp?.includes('-stimeout') ? '-stimeout' : '-timeout',
    bound,
  }
}

/** util-linux, on every Debian and most others. Without it a silent camera's ffmpeg outlives a killed Heed until its timeout. */
async function findBinder(): Promise<readonly string[]> {
  const bound = ['setpriv', '--pdeathsig', 'KILL', '--']
  return process.platform === 'linux' && (await output('setpriv', [...bound.slice(1), 'true'])) !== undefined
    ? bound
    : []
}

/** Nothing where it runs and says no. Throws what keeps it from running at all: that it is not there, or means it lacks now. */
async function output(program: string, args: string[]): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const settle = (error: unknown, said: string): void => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (!error) resolve(said)
    else if (code === 'ENOENT' || code === 'EACCES')
      program === 'setpriv' ? resolve(undefined) : reject(missing(program))
    else if (typeof code === 'string' && code.startsWith('E')) reject(notNow(program, code))
    else resolve(undefined)
  }
  try {
    const options = { timeout: 10_000, maxBuffer: 8 * 1024 * 1024, env: childEnvironment() }
    execFile(program, args, options, settle)
  } catch (error) {
    settle(error, '')
  }
  return await promise
}

const install: Partial<Record<NodeJS.Platform, string>> = {
  linux: "apt-get install ffmpeg (or your distribution's own command)",
  darwin: 'brew install ffmpeg',
  win32: 'winget install ffmpeg',
}

function missing(program: string): FatalError {
  return new FatalError(
    'MEDIA_FFMPEG_MISSING',
    `Cameras need ffmpeg, and "${program}" cannot be run here. Type: ${install[process.platform] ?? install.linux} and try again.`,
  )
}

function notNow(program: string, code: string): RetryableError {
  return new RetryableError(
    'MEDIA_FFMPEG_NOT_NOW',
    `${program} cannot be started now (${code}): this machine is short of open files or memory. It is tried again.`,
  )
}

/** What every camera and clip needs of an ffmpeg; codecs and containers of single cameras say their own words when they lack. */
const needs = {
  demuxers: ['rtsp', 'mov', 'matroska', 'mpegts', 'hls', 'mpjpeg', 'concat'],
  decoders: ['h264', 'hevc', 'mjpeg'],
  encoders: ['mjpeg', 'pgm', 'rawvideo'],
  muxers: ['image2pipe', 'rawvideo'],
  filters: ['select', 'split', 'scale', 'setsar', 'format', 'pad', 'crop', 'drawbox'],
  protocols: ['file', 'pipe', 'http', 'tcp', 'udp', 'rtp', 'crypto'],
} as const

/** The names in one of ffmpeg's lists: behind the letters of each line, several apart from each other by commas. */
export function namesListed(listing: string): Set<string> {
  return new Set(
    listing.split('\n').flatMap((line) => {
      const words = line.trim().split(/\s+/)
      const name = words.length === 1 ? words[0] : words[1]
      return (name ?? '').split(',')
    }),
  )
}

/** Throws FatalError MEDIA_FFMPEG_UNFIT with what this ffmpeg was built without. */
export async function checkAbilities({ ffmpeg, version }: Pick<Tools, 'ffmpeg' | 'version'>): Promise<void> {
  const lists = await Promise.all(
    Object.entries(needs).map(async ([list, names]) => {
      const listing = await output(ffmpeg, ['-hide_banner', `-${list}`])
      // One that cannot list is not judged by it.
      if (listing === undefined) return []
      const listed = namesListed(listing)
      const lacking = names.filter((name) => !listed.has(name))
      return lacking.length === 0 ? [] : [`${list} ${lacking.join(', ')}`]
    }),
  )
  const lacks = lists.flat()
  if (lacks.length === 0) return
  throw new FatalError(
    'MEDIA_FFMPEG_UNFIT',
    `The ffmpeg on this machine ("${ffmpeg}", version ${version}) was built without the ${lacks.join('; ')} that cameras need. ` +
      `Put a full build first in PATH: ${install[process.platform] ?? install.linux}.`,
  )
}
