// An address that ffmpeg must know and nobody else: RTMP and SRT take their passwords in it, and what stands in arguments every
// program of this machine can read. So it is handed over on stdin, as a list of one entry (ffconcat). Pure.
import type { Input } from './input-arguments.ts'

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
export function isListed(input: Pick<Input, 'kind' | 'source'>): boolean {
  return spokenBy(input) !== undefined
}

/** For the arguments before `-i pipe:0`. `tellsOptions`: whether this ffmpeg takes options in a list (5.0 and later). */
export function listArguments(input: Input, tellsOptions: boolean): string[] {
  const { protocols, formats } = spokenBy(input)!
  const whitelist = tellsOptions ? 'concat' : `concat,${formats}`
  return ['-f', 'concat', '-safe', '0', '-protocol_whitelist', `pipe,${protocols}`, '-format_whitelist', whitelist]
}

/** What goes to stdin. `options` are those for opening the camera, as `name, value, name, value`, each name with its dash. */
export function listFor(input: Input, options: readonly string[], tellsOptions: boolean): string {
  const { protocols, formats } = spokenBy(input)!
  const all = [...options, '-protocol_whitelist', protocols, '-format_whitelist', formats]
  const told = all.flatMap((name, at) => (at % 2 === 0 ? [`option ${name.slice(1)} ${quote(all[at + 1] ?? '')}`] : []))
  return ['ffconcat version 1.0', `file ${quote(input.source)}`, ...(tellsOptions ? told : []), ''].join('\n')
}

/** As av_get_token reads it. A line break would begin a line of its own; an address has none. */
function quote(text: string): string {
  return `'${text.replace(/[\r\n\0]/g, '').replaceAll("'", String.raw`'\''`)}'`
}
