// A clip in a loop: its rounds, and where it is entered anew. Its seconds count on over all of them. Pure.
import type { Input } from './input-arguments.ts'
import type { Tools } from './tools.ts'

const listForS = 3600
const mostRounds = 1000
/** Of a clip that does not say how long it is. */
const blindRounds = 100

/** So near to the begin of a round a loop is entered there, rather than between two key pictures. */
const nearRoundS = 0.5

/** How many rounds one ffmpeg plays. */
function roundsOf(input: Input, tools: Pick<Tools, 'tellsOptions'>): number {
  if (!isLoopList(input, tools)) return 1
  return input.loopS === undefined ? blindRounds : Math.max(2, Math.min(mostRounds, Math.ceil(listForS / input.loopS)))
}

/**
 * A loop is a list that names the clip again and again: each round is opened anew, and begins when the one before is over by the
 * clip's own length. ffmpeg's `-stream_loop` seeks back instead: transport streams lose the pictures up to their second key
 * picture, or every round after the first, AVI and MPEG begin again at second 0, H.264 without a container never comes back.
 * Where the list cannot say what the clip may open (before ffmpeg 5.0), or its name has a line break, each round is a process.
 */
export function isLoopList(
  { kind, loop, source }: Pick<Input, 'kind' | 'loop' | 'source'>,
  { tellsOptions }: Pick<Tools, 'tellsOptions'>,
): boolean {
  return kind === 'file' && loop && tellsOptions && !/[\r\n\0]/.test(source)
}

/** `quote` as ffmpeg reads it. */
export function loopList(input: Input, formats: string, quote: (text: string) => string): string {
  const { source, loopS } = input
  const round = [
    `file ${quote(`file:${source}`)}`,
    "option protocol_whitelist 'file'",
    `option format_whitelist '${formats}'`,
    ...(loopS === undefined ? [] : [`duration ${loopS.toFixed(6)}`]),
    '',
  ].join('\n')
  return `ffconcat version 1.0\n${round.repeat(roundsOf(input, { tellsOptions: true }))}`
}

/** Entered at second `atS`. */
export function goOnAt(input: Input, atS: number): Input {
  const { loopS } = input
  if (loopS === undefined) return { ...input, startAtS: atS }
  const roundS = Math.round(atS / loopS) * loopS
  const isNear = Math.abs(atS - roundS) < nearRoundS
  return { ...input, startAtS: isNear ? 0 : atS % loopS, countFromS: isNear ? roundS : atS }
}

/** Entered where the rounds of one ffmpeg are over. A round of unknown length begins a second after the last picture. */
export function afterRounds(input: Input, tools: Pick<Tools, 'tellsOptions'>, lastS: number): Input {
  const { startAtS, countFromS = startAtS, loopS } = input
  const endS = loopS === undefined ? Math.floor(lastS) + 1 : countFromS - startAtS + roundsOf(input, tools) * loopS
  return { ...input, startAtS: 0, countFromS: endS }
}
