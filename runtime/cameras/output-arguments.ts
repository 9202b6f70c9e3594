// What ffmpeg makes of one decode: three pictures a second apart, and raw frames for an edge model when wanted. Pure.
import type { PictureFilter, Taps } from '../../nodes/contract/frames.ts'
import { burnFilters } from './burn-arguments.ts'
import type { Input } from './input-arguments.ts'

/** File descriptors of the child; 0 to 2 are the usual three. */
export const pipes = { full: 1, floor: 3, luma: 4, stamps: 5, fast: 6, fastStamps: 7, shape: 8, kept: 9 } as const

/** The highest that is written to. */
export function lastPipe({ fast, keep }: Taps, tellsShape: boolean): number {
  if (fast && keep) return pipes.kept
  return tellsShape ? pipes.shape : fast ? pipes.fastStamps : pipes.stamps
}

/** A picture belongs to its second from 10 ms before it: stamps of 29.97 fps files are not exact. */
const early = 0.01

/** A live source whose pictures are at least this part of a slot apart is shown as it comes. */
const slow = 0.7

/**
 * The first picture of every `1/fps` seconds, passed on at once. The `fps` filter would wait for the picture after it, show
 * what is half a second late, and flood its outputs when a camera's clock jumps ahead. A step back of the clock starts anew.
 * A live source that sends about `fps` itself would lose every picture that comes a little too early for its slot, so
 * slow ones pass whole.
 */
function firstOfEach(fps: number, live: boolean): string {
  const slot = (time: string): string => `floor(${time}*${fps}+${early * fps})`
  const slowOnes = live ? `+gt(t-prev_t,${slow / fps})` : ''
  return `select='isnan(prev_selected_t)+gt(${slot('t')},${slot('prev_selected_t')})+lt(t,prev_selected_t-0.5)${slowOnes}'`
}

/** Prints the time stamp of every picture that passes to its own pipe. */
function printStamps(pipe: number): string {
  return `metadata=add:key=heed:value=1,metadata=print:file='pipe\\:${pipe}':direct=1`
}

// Width as it is shown: cameras with non-square pixels are stretched to square ones.
const shown = '(iw*sar)'

/** Fits the picture into a box, never larger than it is; even sizes. */
function fit(width: number, height: number): string {
  const factor = `min(1,min(${width}/${shown},${height}/ih))`
  return `scale=w='2*max(1,floor(${shown}*${factor}/2+0.01))':h='2*max(1,floor(ih*${factor}/2+0.01))':flags=area,setsar=1`
}

/** Fits the picture into the box, enlarging it too, with black around. */
function letterbox(width: number, height: number): string {
  const factor = `min(${width}/${shown},${height}/ih)`
  return (
    `scale=w='max(1,round(${shown}*${factor}))':h='max(1,round(ih*${factor}))':flags=bilinear,setsar=1,` +
    `format=rgb24,pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2:black`
  )
}

/** What a camera says wrong about its shape is put right before anything is drawn or cut. */
function reshape(aspect: string | undefined): string {
  return aspect === undefined ? '' : `setdar=${aspect.replace(':', '/')},`
}

type Shown = Pick<Input, 'live' | 'aspect'> & { tellsShape?: boolean }

/**
 * One line of grey for every picture, as many pixels long as the picture is thousandths of its height wide: ffmpeg's list of packet
 * sizes then says each picture's shape. The pictures themselves cannot: ffmpeg stretches them all into the first one's.
 */
const shapeLine = `scale=w='clip(round(1000*iw*sar/ih),1,16000)':h=1:flags=neighbor,format=gray`

function filters(taps: Taps, { live, aspect, tellsShape }: Shown): string {
  const { longSide, floor, fast, keep } = taps
  const burn = burnFilters(taps.filters)
  const parts = [
    `[0:v:0]${reshape(aspect)}${fast ? 'split=2[all][quick];[all]' : ''}${firstOfEach(1, live)},${printStamps(pipes.stamps)},${burn}${tellsShape ? `split=2[seen][line];[line]${shapeLine}[shape];[seen]` : ''}${fit(longSide, longSide)},split=3[a][b][c]`,
    '[a]format=yuvj420p[full]',
    `[b]${fit(floor.width, floor.height)},format=yuvj420p[floor]`,
    `[c]scale=w='max(1,floor(iw/4))':h='max(1,floor(ih/4))':flags=area,format=gray[luma]`,
  ]
  if (fast)
    parts.push(
      `[quick]${firstOfEach(fast.fps, live)},${printStamps(pipes.fastStamps)},${burn}${keep ? `split=2[small][whole];[whole]${fit(longSide, longSide)},format=yuvj420p[kept];[small]` : ''}${letterbox(fast.width, fast.height)}[fast]`,
    )
  return parts.join(';')
}

/** Everything behind the input. `passthrough` is this ffmpeg's way to say: neither repeat nor drop pictures. */
export function outputArguments(taps: Taps, input: Shown, passthrough: readonly string[]): string[] {
  const output = (name: keyof typeof pipes, ...codec: string[]): string[] => [
    '-map',
    `[${name}]`,
    ...codec,
    '-threads',
    '1',
    ...passthrough,
    '-flush_packets',
    '1',
    `pipe:${pipes[name]}`,
  ]
  const jpeg = ['-c:v', 'mjpeg', '-q:v', '3', '-f', 'image2pipe']
  return [
    '-filter_complex',
    filters(taps, input),
    ...output('full', ...jpeg),
    ...output('floor', ...jpeg),
    ...output('luma', '-c:v', 'pgm', '-f', 'image2pipe'),
    ...(input.tellsShape ? output('shape', '-autoscale', '0', '-c:v', 'rawvideo', '-f', 'framecrc') : []),
    ...(taps.fast ? output('fast', '-c:v', 'rawvideo', '-f', 'rawvideo') : []),
    ...(taps.fast && taps.keep ? output('kept', '-c:v', 'mjpeg', '-q:v', '6', '-f', 'image2pipe') : []),
  ]
}

/** In front of everything: quiet, never asking, one thread. */
export const quietArguments: readonly string[] = [
  '-hide_banner',
  '-nostdin',
  '-nostats',
  '-loglevel',
  'error',
  '-filter_complex_threads',
  '1',
]

/** One picture, with what is to be burned in, then the end. `input` is everything up to and with `-i`. */
export function snapshotArguments(
  input: readonly string[],
  burnIn?: readonly PictureFilter[],
  aspect?: string,
): string[] {
  return [
    ...quietArguments,
    '-threads',
    '1',
    ...input,
    '-filter_complex',
    `[0:v:0]${reshape(aspect)}${burnFilters(burnIn)}${fit(640, 640)},format=yuvj420p[out]`,
    '-map',
    '[out]',
    '-frames:v',
    '1',
    '-c:v',
    'mjpeg',
    '-q:v',
    '4',
    '-threads',
    '1',
    '-f',
    'image2pipe',
    'pipe:1',
  ]
}
