// Finds ffmpeg and ffprobe and learns how this version names its options. Asked again after a failure: it may have been installed since.
import { execFile } from 'node:child_process'
import { FatalError, RetryableError } from '../../../nodes/contract/errors.ts'
import { childEnvironment } from '../child-environment.ts'

export interface Tools {
  ffmpeg: string
  ffprobe: string
  version: string
  /** How this version spells "neither repeat nor drop pictures". */
  passthrough: readonly string[]
  /** How this version spells the socket timeout of RTSP in µs. */
  rtspTimeout: '-timeout' | '-stimeout'
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
  const [banner, rtsp, , bound] = await Promise.all([
    output(ffmpeg, ['-version']),
    output(ffmpeg, ['-hide_banner', '-h', 'demuxer=rtsp']),
    output(ffprobe, ['-version']),
    findBinder(),
  ])
  if (banner === undefined) throw missing(ffmpeg)
  const version = /^ffmpeg version (\S+)/m.exec(banner)?.[1] ?? 'unknown'
  const help = await output(ffmpeg, ['-hide_banner', '-h', 'long'])
  return {
    ffmpeg,
    ffprobe,
    version,
    passthrough: help?.includes('-fps_mode') ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough'],
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
