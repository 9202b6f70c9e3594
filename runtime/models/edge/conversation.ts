// One stream's conversation with the edge model: pictures come in by the fast tap, verdicts leave at the tick.
// Never lets a finding go unsaid, and never lets a tick wait long for a picture.
import type { Clock, ModelConversation, ModelTick, ModelVerdict } from '../../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../../nodes/contract/errors.ts'
import type { FastFrame } from '../../../nodes/contract/frames.ts'
import { skillsToWatch, type EdgeSkillId } from '../../../nodes/contract/skills.ts'
import { shrinkToGray } from './gray.ts'
import { isLookedAt } from './pace.ts'
import type { PoseModel } from './pose-model.ts'
import type { Finding, SkillMode } from './skill.ts'
import { createWatch } from './watch.ts'
import { within } from '../../time-limit.ts'

export const edgeWidth = 256
export const edgeHeight = 192

export interface EdgeConversationOptions {
  stream: string
  /** The interaction-model's: `instruction`, `watchFor`, `mode`. */
  config: Record<string, unknown>
  model: PoseModel
  clock: Clock
  /** For rehearsals: a tick waits until every picture up to it was looked at. */
  everyPicture?: boolean
  onClose(): void
  /** Counts pictures that came, by what became of them. */
  onPicture?(result: PictureResult): void
}

/** Looked at; left out to keep an even pace; given up because the model did not come to it. */
export type PictureResult = 'seen' | 'skipped' | 'dropped'

/** A tick waits this long for pictures that were fed before it... */
const tickWaitMs = 300
/** ...and the end of a source longer: nothing comes after it. */
const finishWaitMs = 3_000
/** Nothing runs away from a rehearsal: it waits through a hang and a new start of the process. */
const everyWaitMs = 120_000
const lookForHangMs = 1000
/** Looking farther behind than this is as good as not looking. */
const behindS = 2.5
const noPicturesS = 3
/** Said first when several things happen at once. */
const urgency: readonly EdgeSkillId[] = [
  'fall',
  'lying-too-long',
  'hands-up',
  'person-enters',
  'person-leaves',
  'motion',
]

/** What a node's settings make it watch for, and how readily. */
function wishesOf(config: Record<string, unknown>): { skills: readonly EdgeSkillId[]; mode: SkillMode } {
  const watchFor = Array.isArray(config['watchFor']) ? config['watchFor'].map(String) : undefined
  const instruction = typeof config['instruction'] === 'string' ? config['instruction'] : ''
  return {
    skills: skillsToWatch(watchFor, instruction),
    mode: config['mode'] === 'sensitive' ? 'sensitive' : 'balanced',
  }
}

export function createEdgeConversation(options: EdgeConversationOptions): ModelConversation {
  return new EdgeConversation(options)
}

class EdgeConversation implements ModelConversation {
  readonly #options: EdgeConversationOptions
  readonly #watch: ReturnType<typeof createWatch>
  #sight: ReturnType<typeof createSight>
  #wishes: ReturnType<typeof wishesOf>
  #findings: Finding[] = []
  #pending = new Set<FastFrame>()
  #waiters: (() => void)[] = []
  #fedS: number | undefined
  #seenS: number | undefined
  #firstTickS: number | undefined
  #fed = 0
  #skipped = 0
  #dropped = 0
  #fedSinceTick = 0
  #seenSinceTick = 0
  #refused: string | undefined
  #isClosed = false

  constructor(options: EdgeConversationOptions) {
    this.#options = options
    this.#wishes = wishesOf(options.config)
    this.#watch = createWatch(this.#wishes.skills, this.#wishes.mode)
    this.#sight = createSight(this.#wishes.skills)
  }

  /** Whom it follows it goes on following. */
  change({ config }: { config: Record<string, unknown> }): void {
    const { skills, mode } = wishesOf(config)
    if (mode === this.#wishes.mode && skills.join() === this.#wishes.skills.join()) return
    this.#wishes = { skills, mode }
    this.#watch.change(skills, mode)
    this.#sight = createSight(skills)
  }

  feed(frame: FastFrame): void {
    if (this.#isClosed) return
    if (frame.width !== edgeWidth || frame.height !== edgeHeight) {
      this.#refused = `${frame.width}x${frame.height}`
      return
    }
    this.#fedS = frame.mediaTimeS
    this.#fedSinceTick++
    if (!isLookedAt(this.#fed++, this.#options.model.share())) {
      this.#skipped++
      this.#options.onPicture?.('skipped')
      return
    }
    this.#pending.add(frame)
    this.#options.model.submit({
      stream: this.#options.stream,
      frame,
      done: (output) => this.#see(frame, output),
      dropped: () => {
        this.#dropped++
        this.#options.onPicture?.('dropped')
        this.#settle(frame)
      },
    })
  }

  async tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    const { clock } = this.#options
    const startMs = clock.nowMs()
    this.#firstTickS ??= request.mediaTimeS
    const due = [...this.#pending].filter((frame) => frame.mediaTimeS <= request.mediaTimeS)
    await this.#wait(due, this.#options.everyPicture ? everyWaitMs : tickWaitMs, signal)
    signal.throwIfAborted()
    this.#sight.add(request.mediaTimeS, this.#fedSinceTick, this.#seenSinceTick)
    const verdict = this.#speak(clock.nowMs() - startMs)
    const trouble = this.#sight.trouble()
    if (verdict) return trouble ? { ...verdict, trouble } : verdict
    this.#refuseWhenBlind(request.mediaTimeS)
    const data = this.#data()
    return {
      action: 'silence',
      text: '',
      reason: 'model',
      latencyMs: clock.nowMs() - startMs,
      data,
      ...(trouble ? { trouble } : {}),
    }
  }

  async finish(): Promise<ModelVerdict[]> {
    const startMs = this.#options.clock.nowMs()
    await this.#wait([...this.#pending], this.#options.everyPicture ? everyWaitMs : finishWaitMs)
    this.#findings.push(...this.#watch.end())
    const verdict = this.#speak(this.#options.clock.nowMs() - startMs)
    return verdict ? [verdict] : []
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#isClosed = true
    this.#options.model.forget(this.#options.stream)
    this.#options.onClose()
    return Promise.resolve()
  }

  #see(frame: FastFrame, output: Float32Array): void {
    if (!this.#isClosed) {
      const gray = shrinkToGray(frame.rgb, frame.width, frame.height)
      const { width, height } = frame
      this.#findings.push(...this.#watch.see({ timeS: frame.mediaTimeS, width, height, output, gray }))
      this.#seenS = frame.mediaTimeS
      this.#seenSinceTick++
      this.#options.onPicture?.('seen')
    }
    this.#settle(frame)
  }

  #settle(frame: FastFrame): void {
    this.#pending.delete(frame)
    for (const wake of this.#waiters.splice(0)) wake()
  }

  /** Until none of `frames` is pending any more, at most `limitMs`. */
  async #wait(frames: FastFrame[], limitMs: number, signal?: AbortSignal): Promise<void> {
    const { clock, everyPicture } = this.#options
    const over = new AbortController()
    const allAnswered = async (): Promise<void> => {
      while (!over.signal.aborted && frames.some((frame) => this.#pending.has(frame)))
        await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
    if (everyPicture) void this.#killHung(over.signal)
    await within(allAnswered(), { ms: limitMs, clock, signal }, () => undefined).catch(() => undefined)
    over.abort()
  }

  /** While nothing new is fed, nobody else would notice that the process hangs. */
  async #killHung(over: AbortSignal): Promise<void> {
    const { clock, model } = this.#options
    while (!over.aborted) {
      await clock.sleep(lookForHangMs, over).catch(() => undefined)
      if (!over.aborted) model.killHung?.()
    }
  }

  /** Everything found since the last verdict, in one: the most urgent thing first and with its time. */
  #speak(latencyMs: number): ModelVerdict | undefined {
    const findings = this.#findings.splice(0).sort((a, b) => urgency.indexOf(a.skill) - urgency.indexOf(b.skill))
    const first = findings[0]
    if (!first) return undefined
    const text = [...new Set(findings.map((finding) => finding.text))].join(' ')
    const data = { ...this.#data(), skills: findings.map((finding) => finding.skill) }
    return { action: 'response', text, reason: 'model', latencyMs, mediaTimeS: first.timeS, data }
  }

  #data(): Record<string, unknown> {
    const { model } = this.#options
    const { skills, mode } = this.#wishes
    const seen = this.#seenSinceTick
    this.#seenSinceTick = 0
    this.#fedSinceTick = 0
    return {
      people: this.#watch.people(),
      watching: skills,
      mode,
      pictures: seen,
      skipped: this.#skipped,
      dropped: this.#dropped,
      restarts: model.restarts(),
    }
  }

  #refuseWhenBlind(nowS: number): void {
    const { model } = this.#options
    if (!model.isUp()) {
      throw new RetryableError(
        'EDGE_MODEL_DOWN',
        'The built-in model has stopped and is being started again. If this stays, look for "pose process" in the log.',
      )
    }
    if (this.#refused) {
      throw new RetryableError(
        'EDGE_PICTURE_SIZE',
        `The built-in model wants pictures of ${edgeWidth}x${edgeHeight}, but the camera sends ${this.#refused}.`,
      )
    }
    if (nowS - (this.#fedS ?? this.#firstTickS ?? nowS) > noPicturesS) {
      throw new RetryableError(
        'EDGE_NO_PICTURES',
        `The camera has sent no quick pictures to the built-in model for ${noPicturesS} s.`,
      )
    }
    if (this.#fedS !== undefined && this.#fedS - (this.#seenS ?? this.#firstTickS ?? this.#fedS) > behindS) {
      throw new RetryableError(
        'EDGE_BEHIND',
        'This machine is too slow for the built-in model: it looks at pictures seconds late. Watch fewer cameras, or connect a model server.',
      )
    }
  }
}

interface Span {
  atS: number
  offered: number
  seen: number
}

/** So many ticks are looked back on; fewer than `leastSpans` say nothing yet. */
const keptSpans = 6
const leastSpans = 4
/** Seeing less than this part is told: what hangs between two ticks must not count. */
const enough = 0.85

export interface Sight {
  /** One tick is over: pictures that came and pictures that were looked at since the one before. */
  add(atS: number, offered: number, seen: number): void
  /** For the owner, when the machine does not keep up; else undefined. */
  trouble(): string | undefined
}

export function createSight(skills: readonly EdgeSkillId[]): Sight {
  let spans: Span[] = []
  const missed = skills.includes('fall') ? 'Falls may be missed.' : 'Things may be missed.'
  return {
    add(atS, offered, seen) {
      // A file that begins anew.
      if (atS < (spans.at(-1)?.atS ?? -Infinity)) spans = []
      spans = [...spans, { atS, offered, seen }].slice(-keptSpans)
    },
    trouble() {
      const first = spans[0]
      const last = spans.at(-1)
      if (spans.length < leastSpans || !first || !last) return undefined
      const counted = spans.slice(1)
      const offered = counted.reduce((sum, span) => sum + span.offered, 0)
      const seen = counted.reduce((sum, span) => sum + span.seen, 0)
      const seconds = last.atS - first.atS
      if (seconds <= 0 || offered === 0 || seen >= enough * offered) return undefined
      const sent = Math.round(offered / seconds)
      return `This machine cannot keep up: the built-in model sees ${Math.min(sent - 1, Math.round(seen / seconds))} of ${sent} pictures a second. ${missed}`
    },
  }
}
