// Has a second, stronger model look at the pictures around a moment. What it says confirms or corrects an alert; it can never
// make one disappear: where nobody answers in time the alert passes, marked as unverified.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import { toError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import { rootEventOf } from './escalation.ts'
import { cutText } from '../contract/template.ts'

/** So many alerts wait for their pictures at the same time; the oldest is asked about early. */
const mostWaiting = 20
const mostS = 120

type Verdict = 'yes' | 'no' | 'unclear'

interface State {
  waiting: { dueMs: number; message: Message }[]
  asked: number
}

export default defineNode({
  type: 'verify',
  version: 1,
  title: 'Verify',
  icon: 'eye-check',
  group: 'action',
  help: [
    'Asks a second, stronger model whether an alert is true, with up to 8 pictures from around the moment.',
    'Example: the built-in model sees a fall; a vision server looks twice. "Message" tells at once, "Retracted" tells the same people that it was none.',
    'Tell at once: the alert goes out without waiting. What is said later changes it in place where the channel can; elsewhere it follows.',
    'Hold: it goes out once it is confirmed.',
    'Where the model is unsure, away, or too late, the alert counts as unverified and is told all the same: nothing gets lost here.',
    'A retraction corrects and never silences: reminders of the alert go on until a person has seen it.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'The alert to look at twice.' }) },
    out: {
      message: port('message', { help: 'The alert: at once, or once it was looked at and not found wrong.' }),
      confirmed: port('message', { label: 'Confirmed', event: 'alert.confirmed', help: 'The second model says yes.' }),
      retracted: port('message', {
        label: 'Retracted',
        event: 'alert.retracted',
        help: 'The second model says no: the correction, with its reason.',
      }),
      unverified: port('message', {
        label: 'Unverified',
        event: 'alert.unverified',
        help: 'It could not say, or not in time.',
      }),
    },
  },
  config: z.object({
    connection: z.string().default('').meta({
      label: 'Second model',
      widget: 'connection',
      can: 'answer',
      help: 'A vision server, or an agent that sees pictures.',
    }),
    question: z.string().max(1000).default('').meta({
      label: 'Question',
      widget: 'text',
      placeholder: 'Does a person lie on the floor who did not lie down on purpose?',
      help: 'Answered with yes or no. Left empty: whether the pictures show what the alert says.',
    }),
    meanwhile: z
      .enum(['tell', 'hold'])
      .default('tell')
      .meta({
        label: 'Meanwhile',
        widget: 'segments',
        help: 'Whether the alert waits for the answer.',
        options: [
          { value: 'tell', label: 'Tell at once' },
          { value: 'hold', label: 'Hold' },
        ],
      }),
    afterS: z.number().int().min(0).max(6).default(2).meta({
      label: 'Pictures after the moment',
      unit: 's',
      widget: 'number',
      advanced: true,
      help: 'Waits so long for them; the other pictures are from before it.',
    }),
    withinS: z.number().min(1).max(mostS).default(20).meta({
      label: 'Answer within',
      unit: 's',
      widget: 'number',
      help: 'After that the alert is unverified.',
    }),
  }),
  card: '{{connection}}, {{meanwhile}}',
  needs: ['clock'],
  check: ({ connection }) =>
    connection === ''
      ? [
          {
            port: null,
            field: 'connection',
            code: 'VERIFY_CONNECTION_EMPTY',
            message: 'Choose the model that looks twice: a connection.',
            severity: 'error',
          },
        ]
      : [],
  state: (): State => ({ waiting: [], asked: 0 }),
  onTick: ({ message: messages }, { config, state, clock, tick, status, message }) => {
    const now = clock.nowMs()
    const afterMs = config.afterS * 1000
    // A wall clock that was set back must not keep an alert for longer than its pictures take.
    const kept = state.waiting.map((each) => ({ ...each, dueMs: Math.min(each.dueMs, now + afterMs) }))
    const all = [...kept, ...messages.map((each) => ({ dueMs: now + afterMs, message: each }))]
    // No more pictures come: it is asked about with those that there are.
    const isEnd = tick.last || tick.pause === true
    const isDue = ({ dueMs }: { dueMs: number }, at: number): boolean =>
      isEnd || dueMs <= now || at < all.length - mostWaiting
    const due = all.filter(isDue)
    state.waiting = all.filter((each, at) => !isDue(each, at))
    state.asked += due.length
    status(
      state.waiting.length > 0
        ? 'Waits for the next pictures'
        : state.asked === 0
          ? 'Nothing to look at yet'
          : `${state.asked} looked at twice`,
      {
        data: { asked: state.asked, waiting: state.waiting.length },
      },
    )
    return {
      message: config.meanwhile === 'tell' ? messages : [],
      act: due.map(({ message: alert }) =>
        message(alert.text, {
          keepsRecent: true,
          fields: {
            about: alert.eventId,
            ...(config.meanwhile === 'tell' ? { corrects: rootEventOf(alert) } : {}),
            alert: { at: alert.at, fields: alert.fields ?? {} },
          },
          ...(typeof alert.mediaTimeS === 'number' ? { mediaTimeS: alert.mediaTimeS } : {}),
        }),
      ),
    }
  },
  acts: {
    needs: ['clock', 'agents', 'pictures'],
    timeoutMs: (mostS + 30) * 1000,
    maxAttempts: 3,
    // An alert may wait for the answer: it must not stand behind anybody's long question.
    lane: 'alerts',
    perform: async (check, ctx) => {
      const { connection, question, meanwhile, withinS } = ctx.config
      const { alert, ...told } = check.fields ?? {}
      const before = (typeof alert === 'object' && alert !== null ? alert : {}) as { fields?: Record<string, unknown> }
      const sent = (text: string, verdict: string, why: string): Message => ({
        ...check,
        text,
        fields: { ...before.fields, ...told, verdict, why },
      })
      const unverified = (why: string) => {
        const message = sent(check.text, 'unverified', why)
        return {
          outputs: { unverified: message, ...(meanwhile === 'hold' ? { message } : {}) },
          summary: `Unverified: ${why}`,
        }
      }
      // Counted from the first try on: a worker that died meanwhile must not make an alert wait twice.
      const leftMs = withinS * 1000 - Math.max(0, ctx.attempt > 1 ? ctx.clock.nowMs() - Date.parse(check.at) : 0)
      if (leftMs <= 0) return unverified(`There was no answer within ${withinS} s.`)
      let answer: string
      try {
        const pictures = await ctx.pictures.recentOfEvent(check.eventId)
        if (pictures.length === 0) return unverified('There was no picture to look at.')
        const asked = {
          question: questionOf(question, check.text),
          shown: question.trim() === '' ? check.text : question.trim(),
          note: '',
          pictures,
          timeoutMs: leftMs,
          sessionId: check.source.stream,
          taskId: ctx.idempotencyKey,
        }
        answer = (await ctx.agents.ask(connection, asked, ctx.signal)).text
      } catch (thrown) {
        if (ctx.signal.aborted) throw thrown
        return unverified(toError(thrown).message)
      }
      const { verdict, why } = readVerdict(answer)
      if (verdict === 'unclear') return unverified(why)
      if (verdict === 'no')
        return {
          outputs: {
            retracted: sent(`Not so, on a second look: ${check.text}${why === '' ? '' : `\n${why}`}`, 'no', why),
          },
          summary: `Retracted: ${why}`,
        }
      const message = sent(check.text, 'yes', why)
      return {
        outputs: { confirmed: message, ...(meanwhile === 'hold' ? { message } : {}) },
        summary: `Confirmed: ${why}`,
      }
    },
  },
})

function questionOf(own: string, text: string): string {
  return [
    own.trim() === '' ? 'A smaller model raised the alert below. Do the pictures show that it is true?' : own.trim(),
    'Begin your answer with one word, YES, NO or UNCLEAR, then give your reason in one sentence. Say NO only if the pictures clearly show that it is not so.',
    // What a model said is quoted, not told: it is nothing to follow.
    `The alert, as it was said: ${JSON.stringify(cutText(text, 600))}`,
  ].join('\n')
}

const words: Record<string, Verdict> = {
  yes: 'yes',
  no: 'no',
  unclear: 'unclear',
  是: 'yes',
  否: 'no',
  不是: 'no',
  不清楚: 'unclear',
}

/** By its first word alone: whoever begins with anything else has not said. */
export function readVerdict(answer: string): { verdict: Verdict; why: string } {
  const found =
    /^[\s*_"'“#]*(yes|no|unclear|不清楚|不是|是|否)(?![\p{Script=Latin}\p{N}])[\s*_"'”.,:;!，。：；！—–-]*/iu.exec(
      answer.replace(/[，。：；！]/g, ' '),
    )
  const why = cutText((found ? answer.slice(found[0].length) : answer).trim(), 600)
  return { verdict: words[(found?.[1] ?? '').toLowerCase()] ?? 'unclear', why }
}
