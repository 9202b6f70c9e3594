// A part of a clip as a clip of its own, with masks burned in and without its sound: what may be given away of it. Keeps nothing.
import { rm } from 'node:fs/promises'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import { lowerPriority } from '../child-environment.ts'
import { burnFilters } from './burn-arguments.ts'
import { startChild } from './child.ts'
import { quietArguments } from './output-arguments.ts'
import type { Tools } from './tools.ts'

export interface Cut {
  /** An absolute path. */
  file: string
  fromS: number
  toS: number
  filters: readonly PictureFilter[]
  path: string
  signal: AbortSignal
}

const shown = "scale=w='2*trunc(min(1280,iw*sar)/2)':h=-2,setsar=1"

/** Throws RetryableError MEDIA_PACKING_FAILED, StoppedError. */
export async function cutClip({ clock, tools }: { tools: Tools; clock: Clock }, cut: Cut): Promise<void> {
  const { file, filters, fromS, path, signal, toS } = cut
  const command = [
    ...tools.bound,
    tools.ffmpeg,
    ...quietArguments,
    ...['-ss', String(Math.max(0, fromS)), '-t', String(toS - Math.max(0, fromS)), '-i', file, '-an'],
    ...['-vf', `${burnFilters(filters)}${shown},format=yuv420p`, ...tools.passthrough],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-g', '10', '-threads', '1'],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', path],
  ]
  const child = startChild(clock, command, { lastPipe: 2, env: {} })
  if (child.pid !== undefined) lowerPriority(child.pid)
  const stop = (): void => void child.stop()
  signal.addEventListener('abort', stop, { once: true })
  const { exitCode, lastWords } = await child.ended
  signal.removeEventListener('abort', stop)
  if (exitCode === 0) return
  await rm(path, { force: true })
  if (signal.aborted) throw new StoppedError()
  const words = lastWords.trim().split('\n').at(-1) || 'ffmpeg ended without a word.'
  throw new RetryableError('MEDIA_PACKING_FAILED', `No clip could be made of the pictures: ${words}`)
}
