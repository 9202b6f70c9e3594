// Shows the model one frame a second and takes its word: silent, speak, or ask an agent. Never lets a model in trouble
// stop the stream: such a tick is silent, with the trouble as its reason.
import { z } from 'zod'
import type { ModelVerdict } from '../contract/capabilities.ts'
import { defineNode, port, type Repeats, type TickContext } from '../contract/define.ts'
import type { Decision, Message, Reason } from '../contract/events.ts'
import type { Frame } from '../contract/frames.ts'
import { edgeSkillIds, edgeSkills } from '../contract/skills.ts'
import { splitValues } from '../contract/values.ts'
import { nothingTold, tell, type AskedQuestion, type Told } from './instruction.ts'
import { problemsOf } from './model-check.ts'
import { answeredBy, answerFields, endQuestions, takeQuestions } from './questions.ts'
import { followTasks, noTasks, type ServerTasks } from './server-delegation.ts'
import { repeatedBy, withSaid, type Said, type Saying } from './repeats.ts'
import { watch } from './watch.ts'

const config = z.object({
  connection: z.string().default('').meta({
    label: 'Model',
    widget: 'connection',
    can: 'watch',
    help: '"edge" is built in: people and falls, no GPU, no free questions.',
  }),
  instruction: z.string().max(8000).default('').meta({
    label: 'Instruction',
    widget: 'textarea',
    placeholder: 'Warn the moment a person falls.',
    help: 'What to watch for, in your own words.',
  }),
  persona: z
    .enum(['default', 'silent', 'talkative'])
    .default('default')
    .meta({
      label: 'Manner',
      widget: 'segments',
      showIfConnectionCan: 'instruct',
      help: 'How readily it speaks.',
      options: [
        { value: 'default', label: 'Normal' },
        { value: 'silent', label: 'Reserved' },
        { value: 'talkative', label: 'Talkative' },
      ],
    }),
  watchFor: z
    .array(z.enum(edgeSkillIds))
    .default([])
    .meta({
      label: 'Watch for',
      widget: 'skills',
      showIfConnectionCan: 'detect',
      help: 'Leave empty to go by the instruction.',
      options: edgeSkills.map(({ id, label, help }) => ({ value: id, label, help })),
    }),
  mode: z
    .enum(['balanced', 'sensitive'])
    .default('balanced')
    .meta({
      label: 'Falls',
      widget: 'segments',
      showIfConnectionCan: 'detect',
      help: 'Sensitive misses fewer falls and may raise more false alarms.',
      options: [
        { value: 'balanced', label: 'Balanced' },
        { value: 'sensitive', label: 'Sensitive' },
      ],
    }),
  fastFps: z.number().int().min(2).max(15).default(8).meta({
    label: 'Pictures a second',
    unit: 'fps',
    widget: 'number',
    showIfConnectionCan: 'detect',
    advanced: true,
    help: 'One a second is too slow to see a fall.',
  }),
  repeatWindowS: z.number().min(0).max(3600).default(30).meta({
    label: 'The same again',
    unit: 's',
    widget: 'number',
    advanced: true,
    help: 'The same sentence within this time is counted, not told anew. 0 tells every one.',
  }),
  timeoutS: z.number().min(0.5).max(60).default(5).meta({
    label: 'Wait at most',
    unit: 's',
    widget: 'number',
    advanced: true,
    showIfConnectionCan: 'instruct',
    help: 'A tick without an answer by then is silent; the answer is taken when it comes.',
  }),
  questionS: z.number().min(5).max(600).default(30).meta({
    label: 'A question stands for',
    unit: 's',
    widget: 'number',
    advanced: true,
    showIfConnectionCan: 'instruct',
    help: 'What the model says after that is no answer to it.',
  }),
})
/** Of plans made before the setting was. */
const usualWindowS = 30
/** `wishes`: what nodes behind it ask it to add to its words; the compiler writes it. */
type Config = z.output<typeof config> & { wishes?: readonly string[] }

interface State {
  told: Told
  /** What was said last, for the card. */
  last: { text: string; at: string } | null
  /** What its server asks an agent of its own; absent in the state of older versions. */
  tasks?: ServerTasks
  /** Absent in states of older versions. */
  said?: Said[]
}
type Context = TickContext<Config, State>
type Verdict = ModelVerdict & { values?: Record<string, unknown> }

export default defineNode({
  type: 'interaction-model',
  version: 1,
  title: 'Interaction model',
  icon: 'eye',
  group: 'interaction',
  also: 'watch, look, ai, vision, detector, fall, count people, people, see, model, vlm, 检测, 识别, 跌倒, 人数',
  does: ['watch'],
  help: [
    'Watches the frames and decides each second: stay silent, say something, or ask an agent.',
    'Example: connection "edge", instruction "Warn the moment a person falls."',
    'Wire "Response" to a notification to be warned. "Every tick" carries silence too, with its reason.',
    'With "edge" it watches for the skills listed, not for sentences; the other connections understand free text.',
  ].join('\n'),
  ports: {
    in: {
      frames: port('frames', { help: 'From AdaCodec, or straight from a camera.' }),
      query: port('message', {
        label: 'Question',
        help: 'Asked of the model at its next tick.',
        deafUnless: {
          connectionCan: 'instruct',
          why: 'The built-in model watches and takes no questions. To ask, choose another connection in the model’s settings and deploy again.',
        },
      }),
      memory: port('memory', { help: 'Stands at the head of the instruction.' }),
      answer: port('answer', { help: 'What an agent found out.' }),
    },
    out: {
      response: port('message', {
        label: 'Response',
        event: 'response.given',
        help: 'What the model says, and what an agent of its own server finds out.',
      }),
      delegation: port('delegation', {
        event: 'delegation.made',
        help: 'A question the model wants somebody else to answer.',
      }),
      tick: port('decision', { label: 'Every tick', help: 'Each decision, silence too.' }),
    },
  },
  config,
  card: '{{instruction}}',
  needs: ['clock', 'model'],
  state: (): State => ({ told: nothingTold, last: null }),
  taps: ({ connection, fastFps }, ctx) =>
    ctx.connection(connection)?.can.detect ? { fast: { width: 256, height: 192, fps: fastFps } } : {},
  check: (values, ctx) => problemsOf(values, ctx.connection(values.connection)?.can),
  grant: (values, wishes, ctx) => (ctx.connection(values.connection)?.can.instruct ? { ...values, wishes } : values),
  onTick: async (inputs, ctx) => {
    ctx.state.told = tell(ctx.state.told, {
      ...(inputs.memory ? { memory: inputs.memory.text } : {}),
      facts: inputs.answer.map(factOf),
    })
    takeQuestions(ctx, inputs.query)
    const verdicts = (await watch(inputs.frames, ctx)).map((verdict) => withValues(verdict, ctx.config))
    const spoken = verdicts.filter((verdict) => verdict.action !== 'silence')
    const main = spoken[0] ?? verdicts[0]
    const answered = answerFields(noteAnswers(ctx, spoken))
    // After the last picture there is a tick for what the model still had in mind, and often that is nothing.
    if (!main) return {}
    showOn(ctx, main)
    const byServer = verdicts.map((verdict) => takenByServer(ctx, verdict, inputs.frames))
    return {
      response: [
        ...spoken
          .filter((verdict) => verdict.text !== '')
          .map((verdict) => saidOnce(ctx, verdict, inputs.frames, verdict === main ? answered : {})),
        ...byServer.flatMap((server) => server.answered),
      ],
      delegation: [
        ...byServer.flatMap(({ made }) => made),
        ...spoken
          .filter((verdict) => verdict.action === 'delegate' && !isDelegatedByServer(verdict))
          .map((verdict) =>
            said(ctx, verdict, verdict.question ?? verdict.text, inputs.frames, {
              note: verdict.text,
              ...(verdict === main ? answered : {}),
            }),
          ),
      ],
      tick: decisionOf(ctx, main, inputs.frames),
    }
  },
})

/** What was said to a question is part of what the model remembers. */
function noteAnswers(ctx: Context, spoken: ModelVerdict[]): readonly AskedQuestion[] {
  const [answer] = spoken
  const answered = answer ? answeredBy(ctx, answer.late) : []
  for (const { text: question } of answered)
    ctx.model?.note?.({
      question,
      answer: answer?.text || answer?.question || '',
      at: new Date(ctx.tick.atMs).toISOString(),
    })
  if (ctx.tick.last) endQuestions(ctx)
  return answered
}

/** What the server asks an agent of its own is told like any delegation, and its answer too. */
function takenByServer(
  ctx: Context,
  verdict: ModelVerdict,
  frame: Frame | undefined,
): { made: Message[]; answered: Message[] } {
  const { news, tasks } = followTasks(ctx.state.tasks ?? noTasks, verdict.delegation, ctx.tick.atMs)
  ctx.state.tasks = tasks
  for (const failure of news.failed) {
    ctx.log.warn({ failure }, 'a question of the model server came to nothing')
    ctx.note?.('delegation.failed', failure)
  }
  const { answered, made } = news
  return {
    made: made === null ? [] : [said(ctx, verdict, made, frame, { note: verdict.text, answeredBy: 'server' })],
    answered:
      answered === null
        ? []
        : [
            ctx.message(answered.digest, {
              event: 'answer.received',
              fields: { question: answered.question, answeredBy: 'server' },
              ...(answered.media ? { picture: answered.media.bytes } : {}),
              ...(frame ? { frame } : {}),
            }),
          ],
  }
}

/** A model that was asked for values says them as JSON: that is for nodes, never for people. */
function withValues(verdict: Verdict, { wishes = [] }: Config): Verdict {
  if (wishes.length === 0 || verdict.action === 'silence' || verdict.text === '') return verdict
  return { ...verdict, ...splitValues(verdict.text) }
}

/** A server with a delegation backend of its own has taken the question already. */
function isDelegatedByServer(verdict: ModelVerdict): boolean {
  return verdict.data?.delegation !== undefined
}

/** Of what the card shows, the message carries only what says why: the skills that spoke. */
function said(
  ctx: Context,
  verdict: Verdict,
  text: string,
  frame: Frame | undefined,
  more: Record<string, unknown> = {},
  repeats?: Repeats,
): Message {
  const fields = {
    ...(verdict.data?.skills === undefined ? {} : { skills: verdict.data.skills }),
    ...(verdict.values === undefined ? {} : { values: verdict.values }),
    ...more,
  }
  return ctx.message(text, {
    ...(repeats ? { repeats } : {}),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(verdict.mediaTimeS === undefined ? {} : { mediaTimeS: verdict.mediaTimeS }),
    // What is said late is about the picture that it was asked about.
    ...((verdict.late?.frame ?? frame) ? { frame: verdict.late?.frame ?? frame } : {}),
  })
}

/** The same sentence again is one with the event it was first told as; the port carries it all the same. */
function saidOnce(
  ctx: Context,
  verdict: Verdict,
  frame: Frame | undefined,
  answered: ReturnType<typeof answerFields>,
): Message {
  const before = ctx.state.said ?? []
  const saying: Saying = {
    text: verdict.text,
    mediaTimeS: verdict.mediaTimeS ?? ctx.tick.mediaTimeS,
    // An answer is news to whoever asked.
    windowS: answered.answersTo ? 0 : ((ctx.config.repeatWindowS as number | undefined) ?? usualWindowS),
    loopS: ctx.tick.loopS,
  }
  const known = repeatedBy(before, saying)
  const lastAt = new Date(ctx.tick.atMs).toISOString()
  const repeats = known && { eventId: known.eventId, count: known.count + 1, firstAt: known.firstAt, lastAt }
  const message = said(ctx, verdict, verdict.text, frame, answered, repeats)
  ctx.state.said = withSaid(
    before,
    saying,
    repeats ?? { eventId: message.eventId, count: 1, firstAt: message.at, lastAt: message.at },
  )
  return message
}

/** When it happened, unless the row before stands later: in the timeline no second comes twice. */
function ownSecond({ tick }: Context, { late, mediaTimeS }: ModelVerdict): number {
  // A late answer is marked as one, and stands at the second of its own picture.
  if (late) return mediaTimeS ?? late.mediaTimeS
  return mediaTimeS !== undefined && mediaTimeS > tick.sinceS ? mediaTimeS : tick.mediaTimeS
}

/** The engine writes in whose decision it is. */
function decisionOf(ctx: Context, verdict: ModelVerdict, now: Frame | undefined): Decision {
  const frame = verdict.late ? verdict.late.frame : now
  const wasShown = frame !== undefined && verdict.reason !== 'model-unreachable'
  return {
    tick: ctx.tick.number,
    at: new Date(ctx.tick.atMs).toISOString(),
    mediaTimeS: ownSecond(ctx, verdict),
    node: '',
    action: verdict.action,
    reason: verdict.reason,
    text: verdict.text,
    ...(verdict.question === undefined ? {} : { question: verdict.question }),
    latencyMs: verdict.latencyMs,
    frameKind: frame?.kind ?? 'I',
    visualTokens: wasShown ? frame.visualTokens : 0,
    fullRateTokens: wasShown ? frame.fullRateTokens : 0,
    ...(verdict.late ? { late: true } : {}),
  }
}

function showOn(ctx: Context, verdict: ModelVerdict): void {
  const isTrouble = verdict.reason === 'model-unreachable' || verdict.reason === 'camera-lost'
  if (verdict.action !== 'silence')
    ctx.state.last = { text: verdict.question ?? verdict.text, at: new Date(ctx.tick.atMs).toISOString() }
  const spoken = verdict.restarted
    ? 'The model server had restarted; it was given its instruction again.'
    : silences[verdict.reason]
  ctx.status(
    verdict.action === 'silence' ? (isTrouble && verdict.text) || spoken : verdict.text || verdict.question || '',
    {
      tone: verdict.reason === 'model-unreachable' ? 'bad' : isTrouble || verdict.restarted ? 'warn' : 'ok',
      data: {
        action: verdict.action,
        reason: verdict.reason,
        latencyMs: verdict.latencyMs,
        ...(ctx.state.last ? { last: ctx.state.last } : {}),
        ...verdict.data,
      },
    },
  )
}

function factOf(message: Message): { question: string; answer: string } {
  const question = message.fields?.question
  return { question: typeof question === 'string' ? question : '', answer: message.text }
}

/** Why nothing was said, for the card. */
const silences: Record<Reason, string> = {
  model: 'Watching',
  'no-instruction': 'Waiting for an instruction',
  'camera-lost': 'No picture from the camera',
  'heed-away': 'Heed was not running',
  'model-unreachable': 'The model cannot be reached',
  duplicate: 'Nothing new',
  cooldown: 'Quiet for a while',
  schedule: 'Off by schedule',
  dropped: 'No picture at this tick',
}
