// A first look at a camera: what it sends, and whether keyframes alone would do. Opens it once, briefly, through ffprobe.
import { z } from 'zod'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import type { Taps } from '../../nodes/contract/frames.ts'
import type { Egress } from '../egress/index.ts'
import { firstOf } from '../time-limit.ts'
import { startChild } from './child.ts'
import { inputList, lookArguments, type Input, type Reading } from './input-arguments.ts'
import { openGuardedInput } from './guarded-input.ts'
import type { Tools } from './tools.ts'
import { noVideo, timedOut, unreadable, whyEnded } from './trouble.ts'

export interface Look {
  format: string
  codec: string
  /** As it is shown: square pixels, upright. */
  width: number
  height: number
  fps: number
  /** Null for what has no end. */
  durationS: number | null
  hasBFrames: boolean
  /** Longest time between two keyframes; null when it was not looked at or too few came. */
  keyframeGapS: number | null
}

export interface LookDeps {
  clock: Clock
  tools: Tools
  /** The one door out. */
  egress: Pick<Egress, 'checkAddress'>
}

/** Longest gap at which keyframes still make one picture a second: 30 frames at 29.97 fps with room for rounding. */
const frequentS = 1.05
/** Beyond this no more is read of what ffprobe says. */
const maxOutputBytes = 32 * 1024 * 1024

const numeric = z.string().or(z.number()).transform(Number).optional()
const ReportSchema = z.object({
  format: z.object({ format_name: z.string().default(''), duration: numeric }).optional(),
  streams: z
    .array(
      z.object({
        codec_name: z.string().default('unknown'),
        width: z.number().optional(),
        height: z.number().optional(),
        has_b_frames: z.number().optional(),
        sample_aspect_ratio: z.string().optional(),
        side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).optional(),
        avg_frame_rate: z.string().optional(),
        r_frame_rate: z.string().optional(),
        duration: numeric,
        disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      }),
    )
    .default([]),
  frames: z.array(z.unknown()).default([]),
  packets: z.array(z.object({ pts_time: numeric, dts_time: numeric, flags: z.string().default('') })).default([]),
})

/**
 * Throws what stands in trouble.ts, or StoppedError. `keyframesForS` reads that much of the stream to see how far apart its
 * keyframes are; `decodesFirst` decodes one picture, and throws what `unreadable` gives where that fails.
 */
export async function look(
  deps: LookDeps,
  input: Input,
  options: { signal: AbortSignal; timeoutMs: number; keyframesForS?: number; decodesFirst?: boolean },
): Promise<Look> {
  const { tools } = deps
  const seconds = options.keyframesForS
  const interval = options.decodesFirst ? '%+#1' : seconds === undefined ? undefined : `%+${seconds}`
  const entries =
    'format=format_name,duration:stream=codec_name,width,height,sample_aspect_ratio,has_b_frames,avg_frame_rate,r_frame_rate,duration:stream_disposition=attached_pic:stream_side_data=rotation' +
    (options.decodesFirst ? ':frame=pict_type' : interval === undefined ? '' : ':packet=pts_time,dts_time,flags')
  const { text, lastWords, exitCode } = await collect(
    deps,
    input,
    (seen) => [
      ...tools.bound,
      tools.ffprobe,
      '-v',
      'error',
      '-of',
      'json',
      '-select_streams',
      'v:0',
      '-show_entries',
      entries,
      ...(interval === undefined ? [] : ['-read_intervals', interval]),
      ...lookArguments(seen, tools),
    ],
    options,
  )
  if (exitCode !== 0) throw whyEnded(input, { exitCode, lastWords })
  const report = ReportSchema.safeParse(parseJson(text.toString('utf8')))
  if (!report.success) throw new RetryableError('CAMERA_BROKEN', `ffprobe says nothing usable of the ${input.name}.`)
  const stream = report.data.streams[0]
  if (!stream?.width || !stream.height || stream.disposition?.attached_pic === 1) throw noVideo(input)
  if (options.decodesFirst && report.data.frames.length === 0) throw unreadable(input)
  const duration = stream.duration ?? report.data.format?.duration
  return {
    format: report.data.format?.format_name ?? '',
    codec: stream.codec_name,
    ...shownSize(stream.width, stream.height, stream),
    fps: rate(stream.avg_frame_rate) || rate(stream.r_frame_rate),
    durationS: duration !== undefined && Number.isFinite(duration) && duration > 0 ? duration : null,
    hasBFrames: (stream.has_b_frames ?? 0) > 0,
    keyframeGapS: longestGap(report.data.packets),
  }
}

/** How far ahead the next picture of a clip is looked for. */
const holeS = 600

/**
 * The second of a clip's first picture behind `afterS`, counted from where it begins; null where none comes within ten minutes.
 * `keysOnly` passes over all but key pictures. Throws as `look` does.
 */
export async function nextPictureS(
  deps: LookDeps,
  input: Input,
  afterS: number,
  options: { signal: AbortSignal; timeoutMs: number; keysOnly?: boolean },
): Promise<number | null> {
  const { tools } = deps
  const entries = ['-select_streams', 'v:0', '-show_entries', 'format=start_time:packet=pts_time,flags']
  const interval = ['-read_intervals', `${Math.floor(afterS)}%+${holeS}`]
  const { text, lastWords, exitCode } = await collect(
    deps,
    input,
    (seen) => [
      ...[...tools.bound, tools.ffprobe, '-v', 'error', '-of', 'csv'],
      ...[...entries, ...interval, ...lookArguments(seen, tools)],
    ],
    options,
  )
  if (exitCode !== 0) throw whyEnded(input, { exitCode, lastWords })
  const rows = text.toString('latin1').split(/\s+/)
  const startS = Number.parseFloat(rows.find((row) => row.startsWith('format,'))?.slice(7) ?? '') || 0
  let next = Infinity
  for (const row of rows) {
    const [what, time = '', flags = ''] = row.split(',')
    const atS = Number.parseFloat(time) - startS
    // What the clip's own list of cuts leaves out is in it, and never shown.
    const isShown = what === 'packet' && !flags.includes('D') && (options.keysOnly !== true || flags.startsWith('K'))
    if (isShown && atS > afterS + 0.05) next = Math.min(next, atS)
  }
  return Number.isFinite(next) ? next : null
}

/** How to decode a camera so that it costs least and still gives one picture a second. Pure. */
export function chooseReading(input: Pick<Input, 'kind' | 'source'>, seen: Look | undefined, taps: Taps): Reading {
  const stampOnArrival =
    input.kind === 'browser' || (input.kind === 'url' && /(^|,)mp?jpeg(,|$)/.test(seen?.format ?? ''))
  const pace = input.kind === 'file' || (input.kind === 'url' && !stampOnArrival && /^https?:/.test(input.source))
  return { decode: taps.fast || !seen ? 'all' : chooseDecode(seen), stampOnArrival, pace }
}

/**
 * With B-frames the decoder holds keyframes back by as many keyframes as it would frames (2 s, measured), so keyframes alone
 * are only for streams without them, as live cameras are. Elsewhere leaving out unreferenced frames saves 40 %. MJPEG is
 * nothing but keyframes.
 */
function chooseDecode(seen: Look): Reading['decode'] {
  if (/jpeg/.test(seen.codec)) return 'all'
  if (seen.hasBFrames) return 'referenced'
  return seen.keyframeGapS !== null && seen.keyframeGapS <= frequentS ? 'keyframes' : 'all'
}

type Wait = { signal: AbortSignal; timeoutMs: number; stdin?: Uint8Array }

/** Runs a command to its end, fed with `stdin`, and gives back what it wrote. Throws what was refused, CAMERA_TIMEOUT or StoppedError. */
export async function collect(
  { clock, egress, tools }: LookDeps,
  input: Input,
  commandFor: (input: Input) => string[],
  wait: Wait,
): Promise<{ text: Buffer; lastWords: string; exitCode: number | null }> {
  if (wait.signal.aborted) throw new StoppedError()
  const over = new AbortController(),
    enough = new AbortController()
  const late = clock.sleep(wait.timeoutMs, AbortSignal.any([wait.signal, over.signal])).then(
    () => 'late' as const,
    () => 'stopped' as const,
  )
  void late.then(() => enough.abort())
  const guarded = await openGuardedInput(egress, input, enough.signal).catch(async (error: unknown) => {
    over.abort()
    throw isStopped(error) && (await late) === 'late' ? timedOut(input, Math.round(wait.timeoutMs / 1000)) : error
  })
  const stdin = wait.stdin ?? inputList(guarded.input, tools)
  const child = startChild(clock, commandFor(guarded.input), { lastPipe: 2, stdin, env: guarded.env })
  const chunks: Buffer[] = []
  let bytes = 0
  child.output(1).on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= maxOutputBytes) chunks.push(chunk)
  })
  const end = await firstOf([child.ended, late, guarded.refused.then(() => 'refused' as const)])
  over.abort()
  await child.stop()
  await guarded.close()
  const refusal = guarded.refusal()
  if (refusal) throw refusal
  if (end === 'late') throw timedOut(input, Math.round(wait.timeoutMs / 1000))
  if (end === 'stopped' || end === 'refused') throw new StoppedError()
  return { text: Buffer.concat(chunks), lastWords: guarded.words(end.lastWords), exitCode: end.exitCode }
}

function longestGap(
  packets: { pts_time?: number | undefined; dts_time?: number | undefined; flags: string }[],
): number | null {
  const timed = packets.flatMap(({ pts_time, dts_time, flags }) => {
    const at = pts_time ?? dts_time
    return at === undefined || !Number.isFinite(at) ? [] : [{ at, isKey: flags.startsWith('K') }]
  })
  const keys = timed.filter(({ isKey }) => isKey).map(({ at }) => at)
  if (keys.length < 3) return null
  // What follows the last keyframe counts too: it may be the start of a long wait.
  const times = [...keys, Math.max(...timed.slice(-50).map(({ at }) => at))]
  return Math.max(...times.slice(1).map((at, index) => at - times[index]!))
}

/** The size as it is shown: pixels made square, a phone's picture upright. */
function shownSize(
  width: number,
  height: number,
  stream: {
    sample_aspect_ratio?: string | undefined
    side_data_list?: { rotation?: number | undefined }[] | undefined
  },
): { width: number; height: number } {
  const [over = 0, under = 0] = (stream.sample_aspect_ratio ?? '').split(':').map(Number)
  const wide = over > 0 && under > 0 ? Math.max(1, Math.round((width * over) / under)) : width
  const rotation = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0
  return Math.abs(Math.round(rotation / 90)) % 2 === 1 ? { width: height, height: wide } : { width: wide, height }
}

function rate(text: string | undefined): number {
  const [over = 0, under = 1] = (text ?? '').split('/').map(Number)
  return under > 0 && Number.isFinite(over) ? Math.round((over / under) * 1000) / 1000 : 0
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
