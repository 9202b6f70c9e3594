// Sends a model the full picture when something changed and a small one when little did. Never drops or delays a frame.
//
// The predictive visual code of AdaCodec (Hou et al., "A Predictive Visual Code for Video MLLMs", arXiv 2606.02569), done on
// the client for models that take pictures: macroblocks aligned with the vision patches, motion search against the picture
// before, the prediction cost deciding between full (I) and small (P) pictures. What AdaCodec's own tokenizer would turn into
// P-tokens is here a picture at the model's floor.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import { visualTokens, type Frame } from '../contract/frames.ts'
import { costOf, learnNoise } from './adacodec-cost.ts'
import {
  advanceGop,
  causeOfFull,
  newGop,
  presets,
  type Cause,
  type Evidence,
  type Gop,
  type Preset,
} from './adacodec-gop.ts'
import { searchMotion } from './motion.ts'
import { prepareMotionPicture, type MotionPicture } from './motion-picture.ts'

const config = z.object({
  preset: z
    .enum(['economy', 'balanced', 'detail'])
    .default('balanced')
    .meta({
      label: 'Quality',
      widget: 'segments',
      help: 'How much must change before a full picture is sent.',
      options: [
        { value: 'economy', label: 'Economy', help: 'Full pictures only for large changes' },
        { value: 'balanced', label: 'Balanced', help: 'Full pictures when people or things move' },
        { value: 'detail', label: 'Detail', help: 'Full pictures for small gestures too' },
      ],
    }),
  longSide: z.number().int().min(256).max(1920).default(640).meta({
    label: 'Full picture',
    unit: 'px',
    widget: 'number',
    help: 'Its longer side. Twice as long costs four times as many tokens.',
  }),
  maxGopS: z.number().min(2).max(3600).optional().meta({
    label: 'A full picture at least every',
    unit: 's',
    widget: 'number',
    advanced: true,
    help: 'Left empty: 300 s for economy, 120 s for balanced, 75 s for detail.',
  }),
})
type Config = z.output<typeof config>

/** Saved with every tick, so it holds numbers only. */
interface State {
  gop: Gop
  noise: number | null
  lastS: number
  sent: number
  fullRate: number
  costs: number[]
  kinds: string
}

/** The pictures to compare with, beside the state they belong to: a new worker has none and starts with a full picture. */
interface History {
  before: MotionPicture
  lastFull: MotionPicture
}
const histories = new WeakMap<State, History>()
const shownTicks = 60

export default defineNode({
  type: 'adacodec',
  version: 1,
  title: 'AdaCodec',
  icon: 'layers-difference',
  group: 'video',
  also: 'compress, save tokens, cheaper, changes, codec, keyframe, 压缩, 编码',
  help: [
    'Saves tokens: sends the full picture (I) when something has changed and a small one (P) when little has.',
    'It looks for where each part of the picture came from; what cannot be explained by movement, light or noise counts as change.',
    'Example: camera, AdaCodec, interaction model. A still room at 640x480 then costs under a quarter of sending every picture full.',
    'A wide 640x360 picture saves two thirds at most: no picture costs the model less than 72 tokens. A longer full side saves more.',
    'Method: AdaCodec, arXiv 2606.02569.',
  ].join('\n'),
  ports: {
    in: { frames: port('frames', { help: 'From a camera.' }) },
    out: { frames: port('frames', { help: 'To an interaction model.' }) },
  },
  config,
  card: '{{preset}}, {{longSide}} px',
  needs: [],
  taps: ({ longSide }) => ({ longSide, floor: { width: 256, height: 192 } }),
  state: (): State => ({ gop: newGop, noise: null, lastS: 0, sent: 0, fullRate: 0, costs: [], kinds: '' }),
  onTick: ({ frames: frame }, { config: values, state, status }) => {
    if (!frame) return {}
    const preset = presetOf(values)
    const now = prepareMotionPicture(frame.luma)
    const evidence = look(frame, now, state, preset)
    const cause = causeOfFull(state.gop, evidence, preset)
    remember(state, now, frame, cause, evidence)
    const coded = cause ? fullFrame(frame) : smallFrame(frame)
    count(state, coded, evidence)
    status(lineOf(coded, cause, state), { data: dataOf(coded, state, evidence, preset) })
    return { frames: coded }
  },
})

function presetOf({ preset, maxGopS }: Config): Preset {
  return maxGopS === undefined ? presets[preset] : { ...presets[preset], maxGopS }
}

/** Compares with the picture before and, when that shows little, with the last full one: slow change adds up there. */
function look(frame: Frame, now: MotionPicture, state: State, preset: Preset): Evidence | null {
  const history = histories.get(state)
  if (!history || history.before.width !== now.width || history.before.height !== now.height) return null
  const usual = state.noise ?? Infinity
  const step = costOf(searchMotion(now, history.before), usual)
  state.noise = learnNoise(state.noise, step)
  const isQuiet = step.cost < preset.threshold && history.lastFull !== history.before
  const since = isQuiet ? costOf(searchMotion(now, history.lastFull), usual) : null
  return { step, since, elapsedS: frame.mediaTimeS - state.lastS }
}

function remember(
  state: State,
  now: MotionPicture,
  frame: Frame,
  cause: Cause | null,
  evidence: Evidence | null,
): void {
  const lastFull = cause ? now : (histories.get(state)?.lastFull ?? now)
  histories.set(state, { before: now, lastFull })
  state.gop = advanceGop(state.gop, cause !== null, evidence)
  state.lastS = frame.mediaTimeS
}

function fullFrame(frame: Frame): Frame {
  return { ...frame, kind: 'I', picture: frame.full, visualTokens: visualTokens(frame.full.width, frame.full.height) }
}

function smallFrame(frame: Frame): Frame {
  return {
    ...frame,
    kind: 'P',
    picture: frame.floor,
    visualTokens: visualTokens(frame.floor.width, frame.floor.height),
  }
}

function count(state: State, coded: Frame, evidence: Evidence | null): void {
  state.sent += coded.visualTokens
  state.fullRate += coded.fullRateTokens
  const cost = Math.max(evidence?.step.cost ?? 0, evidence?.since?.cost ?? 0)
  state.costs = [...state.costs, Math.round(cost * 1000) / 1000].slice(-shownTicks)
  state.kinds = (state.kinds + coded.kind).slice(-shownTicks)
}

const causes: Record<Cause, string> = {
  first: 'first picture',
  cut: 'new scene',
  change: 'something moved',
  drift: 'something has changed',
  light: 'the light changed',
  gap: 'after a gap',
  age: 'by the clock',
}

function savedShare(state: State): number {
  return state.fullRate === 0 ? 0 : Math.max(0, 1 - state.sent / state.fullRate)
}

function lineOf(coded: Frame, cause: Cause | null, state: State): string {
  const saved = `${Math.round(savedShare(state) * 100)} % of tokens saved`
  return cause ? `Full picture, ${causes[cause]} · ${saved}` : `Small picture · ${saved}`
}

function dataOf(coded: Frame, state: State, evidence: Evidence | null, preset: Preset): Record<string, unknown> {
  return {
    kind: coded.kind,
    cost: state.costs.at(-1) ?? 0,
    threshold: preset.threshold,
    costs: state.costs,
    kinds: state.kinds,
    saved: Math.round(savedShare(state) * 1000) / 1000,
    sent: state.sent,
    fullRate: state.fullRate,
    noise: Math.round((state.noise ?? 0) * 100) / 100,
    unpredictable: Math.round((evidence?.step.unpredictable ?? 0) * 1000) / 1000,
  }
}
