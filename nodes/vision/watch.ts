// What a model makes of one tick: of its picture, of what it was asked before, of what it holds back. Trouble is a silent verdict
// with the trouble as its reason.
import type { ModelTick, ModelVerdict } from '../contract/capabilities.ts'
import type { TickContext } from '../contract/define.ts'
import { BugError, FatalError, RetryableError } from '../contract/errors.ts'
import type { Reason } from '../contract/events.ts'
import type { Frame } from '../contract/frames.ts'
import { wholeInstruction, type Told } from './instruction.ts'

interface Setting {
  instruction: string
  persona: ModelTick['persona']
  wishes?: readonly string[]
}
type Watching = Pick<TickContext<Setting, { told: Told }>, 'config' | 'model' | 'signal' | 'state' | 'tick'>

/** What the model made of this tick; where no picture comes after it, also what it still had in mind. */
export async function watch(frame: Frame | undefined, ctx: Watching): Promise<ModelVerdict[]> {
  const { model, signal, tick } = ctx
  if (!model) throw new BugError('The interaction model runs without a model session.')
  const verdicts = frame ? [await ask(frame, ctx)] : tick.last ? [] : [await withoutPicture(ctx)]
  if (!tick.last && !tick.pause) return verdicts
  const mayWait = tick.last || tick.leaving === true
  return [...verdicts, ...((await model.finish?.({ mayWait, signal })) ?? [])]
}

async function ask(frame: Frame, ctx: Watching): Promise<ModelVerdict> {
  const { config, model, signal, state, tick } = ctx
  const request: ModelTick = {
    picture: frame.picture,
    kind: frame.kind,
    frame,
    mediaTimeS: frame.mediaTimeS,
    sinceS: tick.sinceS,
    atMs: tick.atMs,
    tick: tick.number,
    seconds: tick.seconds,
    instruction: wholeInstruction([config.instruction, ...(config.wishes ?? [])].join('\n\n'), state.told),
    persona: config.persona,
  }
  return await spoken(async () => (await model?.tick(request, signal)) ?? silent('model-unreachable'))
}

/** An answer to an earlier picture counts also while there is none. */
async function withoutPicture({ model, signal, tick }: Watching): Promise<ModelVerdict> {
  const late = await spoken(async () => (await model?.catchUp?.(signal)) ?? null)
  if (late && late.reason !== 'model-unreachable') return late
  return tick.camera === 'lost'
    ? silent('camera-lost', tick.cameraReason ?? 'The camera sends no picture.')
    : silent('dropped', 'No picture reached the model.')
}

async function spoken<T>(say: () => Promise<T>): Promise<T | ModelVerdict> {
  try {
    return await say()
  } catch (error) {
    if (error instanceof RetryableError || error instanceof FatalError)
      return silent('model-unreachable', error.message)
    throw error
  }
}

function silent(reason: Reason, text = ''): ModelVerdict {
  return { action: 'silence', reason, text, latencyMs: 0 }
}
