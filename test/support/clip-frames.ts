// A clip through the very filters the product uses, as fast as ffmpeg can: what a camera node would give, without waiting.
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { defaultTaps, visualTokens, type FastFrame, type Frame, type Taps } from '../../nodes/contract/frames.ts'
import { JpegSplitter } from '../../runtime/cameras/jpeg-stream.ts'
import { outputArguments, pipes } from '../../runtime/cameras/output-arguments.ts'
import { FixedSplitter, PgmSplitter, StampReader } from '../../runtime/cameras/raw-stream.ts'

export const edgeTaps: Taps = { ...defaultTaps, fast: { width: 256, height: 192, fps: 8 } }

export interface ClipFrames {
  frames: Frame[]
  fast: FastFrame[]
}

/** `before` is an ffmpeg filter put in front, such as `hflip`: the same scene as another camera would have seen it. */
export async function readClipFrames(
  path: string,
  options: { taps?: Taps; before?: string; startS?: number; endS?: number } = {},
): Promise<ClipFrames> {
  const taps = options.taps ?? defaultTaps
  const head = options.before ? `[0:v:0]${options.before},` : '[0:v:0]'
  const outputs = outputArguments(taps, { live: false }, ['-vsync', 'passthrough']).map((argument) =>
    argument.replace('[0:v:0]', head),
  )
  const part = [
    ...(options.startS === undefined ? [] : ['-ss', `${options.startS}`]),
    ...(options.endS === undefined ? [] : ['-to', `${options.endS}`]),
  ]
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...part, '-i', path, ...outputs], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const collect = async <T>(pipe: number, splitter: { push(chunk: Uint8Array): T[] }): Promise<T[]> => {
    const parts: T[] = []
    for await (const chunk of child.stdio[pipe] as Readable) parts.push(...splitter.push(chunk as Uint8Array))
    return parts
  }
  const { width, height } = taps.fast ?? { width: 1, height: 1 }
  const [full, floor, luma, stamps, rgb, fastStamps] = await Promise.all([
    collect(pipes.full, new JpegSplitter()),
    collect(pipes.floor, new JpegSplitter()),
    collect(pipes.luma, new PgmSplitter()),
    collect(pipes.stamps, new StampReader()),
    collect(pipes.fast, new FixedSplitter(width * height * 3)),
    collect(pipes.fastStamps, new StampReader()),
  ])
  const code = await ended
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} on ${path}.`)
  const frames = stamps.flatMap((mediaTimeS, seq): Frame[] => {
    const [picture, small, gray] = [full[seq], floor[seq], luma[seq]]
    if (!picture || !small || !gray) return []
    const tokens = visualTokens(picture.width, picture.height)
    return [
      {
        seq,
        atMs: mediaTimeS * 1000,
        mediaTimeS,
        picture,
        full: picture,
        floor: small,
        luma: gray,
        kind: 'I',
        visualTokens: tokens,
        fullRateTokens: tokens,
      },
    ]
  })
  return {
    frames,
    fast: rgb.flatMap((data, seq) =>
      fastStamps[seq] === undefined ? [] : [{ seq, mediaTimeS: fastStamps[seq], width, height, rgb: data }],
    ),
  }
}
