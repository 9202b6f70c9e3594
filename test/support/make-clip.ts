// Video for tests, made on the spot by ffmpeg's own test picture: nothing of it is kept.
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { readPicture } from '../../runtime/cameras/jpeg-stream.ts'

const run = promisify(execFile)

export interface ClipOptions {
  seconds: number
  size?: string
  fps?: number | string
  /** Frames from one keyframe to the next. */
  gop?: number
  bFrames?: number
  /** ffmpeg's codec; default libx264. */
  codec?: string
  /** Adds a tone; `only` leaves the picture out. */
  sound?: 'also' | 'only'
  extra?: string[]
}

/** Writes a moving test picture to `path`, whose ending says the container. */
export async function makeClip(path: string, options: ClipOptions): Promise<string> {
  const { seconds, size = '320x240', fps = 25, gop = 25, bFrames = 0, codec = 'libx264', sound, extra = [] } = options
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${fps}:duration=${seconds}`]
  const tone = ['-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  const x264 = codec === 'libx264' ? ['-preset', 'ultrafast', '-bf', String(bFrames), '-sc_threshold', '0'] : []
  await run('ffmpeg', [
    '-nostdin',
    '-loglevel',
    'error',
    ...(sound === 'only' ? [] : picture),
    ...(sound ? tone : []),
    ...(sound === 'only' ? [] : ['-c:v', codec, ...x264, '-g', String(gop), '-pix_fmt', 'yuv420p']),
    ...extra,
    '-y',
    path,
  ])
  return path
}

/** `count` different JPEGs. */
export async function makeJpegs(count: number, size = '320x240'): Promise<Uint8Array[]> {
  const { stdout } = await run(
    'ffmpeg',
    [
      '-nostdin',
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${size}:rate=10`,
      '-frames:v',
      String(count),
      '-pix_fmt',
      'yuvj420p',
      '-c:v',
      'mjpeg',
      '-q:v',
      '4',
      '-f',
      'image2pipe',
      'pipe:1',
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  )
  const pictures: Uint8Array[] = []
  for (let rest: Uint8Array = stdout; rest.length > 0; rest = rest.subarray(pictures.at(-1)!.length)) {
    const picture = readPicture(rest)
    if (!picture) break
    pictures.push(picture.jpeg)
  }
  return pictures
}

/**
 * Plays a clip over and over to `url`, as a camera would; returns how to stop it. `output` says how: published to an RTSP
 * server unless something else is given.
 */
export function publishClip(
  path: string,
  url: string,
  output: string[] = ['-f', 'rtsp', '-rtsp_transport', 'tcp'],
): { stop(): Promise<void> } {
  const child = spawn(
    'ffmpeg',
    ['-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', path, '-c', 'copy', ...output, url],
    { stdio: 'ignore' },
  )
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    stop: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
