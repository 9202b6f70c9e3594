// Collects what happened over a period and writes one message of it, plainly or by a model. What is collected is state, and is
// emptied with the tick that hands it on: a restart loses nothing and tells nothing twice.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import { toError, type Problem } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import { isTimeZone, wallTime } from '../contract/hours.ts'
import { headLine, noNotes, noted, notesText, plainRecap, type Notes } from './recap-notes.ts'

const mostS = 300
const clock24 = /^([01]?\d|2[0-3]):([0-5]\d)$/
const minuteMs = 60_000

const config = z.object({
  when: z
    .enum(['daily', 'every', 'asked'])
    .default('daily')
    .meta({
      label: 'When',
      widget: 'segments',
      help: 'A message into "Now" writes it at any time.',
      options: [
        { value: 'daily', label: 'At set times' },
        { value: 'every', label: 'Every' },
        { value: 'asked', label: 'Only when asked' },
      ],
    }),
  times: z
    .array(z.string().min(1).max(10))
    .max(24)
    .default(['07:00'])
    .meta({
      label: 'Times of the day',
      widget: 'tags',
      placeholder: '07:00',
      showIf: { field: 'when', is: ['daily'] },
      help: 'Such as 07:00, 15:00 and 23:00 for three shifts.',
    }),
  everyMs: z
    .number()
    .min(60_000)
    .max(31 * 86_400_000)
    .default(3_600_000)
    .meta({
      label: 'Period',
      widget: 'duration',
      showIf: { field: 'when', is: ['every'] },
      help: 'At least a minute.',
    }),
  timeZone: z.string().max(64).default('UTC').meta({
    label: 'Time zone',
    widget: 'text',
    placeholder: 'Europe/Berlin',
    help: 'The name of a place on the same time.',
  }),
  connection: z.string().default('').meta({
    label: 'Written by',
    widget: 'connection',
    can: 'answer',
    help: 'A model that puts it into a few sentences. Left empty: a plain list, without a model.',
  }),
  instruction: z.string().max(2000).default('').meta({
    label: 'How it is to be written',
    widget: 'textarea',
    placeholder: 'For the nurse of the next shift, in German, what needs attention first.',
    help: 'In your own words, for the model.',
  }),
  timeoutS: z.number().min(1).max(mostS).default(60).meta({
    label: 'Wait at most',
    unit: 's',
    widget: 'number',
    advanced: true,
    help: 'For the model. Then the plain list is sent.',
  }),
  whenEmpty: z.boolean().default(true).meta({
    label: 'Also when nothing happened',
    widget: 'toggle',
    advanced: true,
    help: 'That nothing happened is worth knowing: the watch was on.',
  }),
  scope: z
    .enum(['camera', 'all'])
    .default('camera')
    .meta({
      label: 'For',
      widget: 'segments',
      advanced: true,
      help: 'One message for each camera, or one for all together.',
      options: [
        { value: 'camera', label: 'Each camera' },
        { value: 'all', label: 'All cameras' },
      ],
    }),
})
type Config = z.output<typeof config>

interface State extends Notes {
  /** The set time that was written last, or passed before it began; null before the first tick. */
  passed: string | null
}

export default defineNode({
  type: 'recap',
  version: 1,
  title: 'Recap',
  icon: 'clipboard-text',
  group: 'logic',
  help: [
    'Collects what happened and writes one message of it: at set times, every so often, or when asked.',
    'Example: at 07:00, wired to a notification: what happened in the night, each thing with its time.',
    'Without "Written by" it is a plain list. With it a model writes it from that list; if it does not answer, the list is sent, and nothing is lost.',
    'On demand: any message into "Now", or POST /api/flows/<flow>/nodes/<node>/input with port "now".',
    'What is collected survives a restart and is told once. A time that passed while Heed was away is made up for once.',
  ].join('\n'),
  ports: {
    in: {
      message: port('message', { required: true, help: 'What is collected.' }),
      now: port('message', { label: 'Now', help: 'Any message here writes what there is.' }),
    },
    out: { message: port('message', { event: 'recap.written', help: 'The recap.' }) },
  },
  config,
  card: '{{when}} {{times}} {{everyMs}}',
  needs: ['clock'],
  runs: ({ scope }) => (scope === 'all' ? 'once' : 'per-camera'),
  check: problemsOf,
  state: (): State => ({ ...noNotes(null), passed: null }),
  onTick: (_ports, { arrivals, config, state, clock, status, message }) => {
    const now = clock.nowMs()
    const written: Message[] = []
    // A wall clock that was set back must not put the period's beginning ahead of it.
    state.sinceMs = Math.min(state.sinceMs ?? now, now)
    const write = (): void => {
      if (state.total > 0 || config.whenEmpty)
        written.push(message(plainRecap(state, now, config.timeZone), { fields: fieldsOf(state, config, now) }))
      Object.assign(state, noNotes(now))
    }
    if (isDue(state, config, now)) write()
    for (const arrival of arrivals) {
      if (arrival.port === 'now') write()
      else Object.assign(state, noted(state, arrival.message.text, now))
    }
    status(state.total === 0 ? 'Nothing yet' : `${state.total} noted`, {
      data: { total: state.total, sinceMs: state.sinceMs },
    })
    return config.connection === '' ? { message: written } : { act: written }
  },
  acts: {
    needs: ['clock', 'agents'],
    timeoutMs: (mostS + 30) * 1000,
    maxAttempts: 3,
    lane: 'questions',
    perform: async (plain, ctx) => {
      const { connection, instruction, timeoutS } = ctx.config
      const told = plain.fields ?? {}
      const notes = typeof told.notes === 'string' ? told.notes : ''
      const { notes: _notes, ...fields } = told
      const sent = (text: string, more: Record<string, unknown>): Message => ({
        ...plain,
        text,
        fields: { ...fields, ...more },
      })
      // A worker that died while it waited must not make people wait twice.
      if (notes === '' || ctx.attempt > 2)
        return { outputs: { message: sent(plain.text, {}) }, summary: 'Written as a list.' }
      try {
        const { text } = await ctx.agents.ask(
          connection,
          {
            question: [
              'Write a short recap of what was noted: what mattered first, with times, and what repeats put together. Add nothing that was not noted.',
              instruction.trim(),
            ]
              .filter((part) => part !== '')
              .join('\n'),
            shown: String(told.head),
            note: `${String(told.head)}\n${notes}`,
            pictures: [],
            timeoutMs: timeoutS * 1000,
            sessionId: plain.source.stream,
            taskId: ctx.idempotencyKey,
          },
          ctx.signal,
        )
        return { outputs: { message: sent(text, { writtenBy: connection }) }, summary: `Written by "${connection}".` }
      } catch (thrown) {
        if (ctx.signal.aborted) throw thrown
        const why = toError(thrown).message
        ctx.log.warn({ node: ctx.node.id, error: why }, 'a recap is sent as a plain list: the model did not write it')
        return { outputs: { message: sent(plain.text, { why }) }, summary: `Written as a list: ${why}` }
      }
    },
  },
})

function fieldsOf(notes: Notes, { timeZone, connection }: Config, nowMs: number): Record<string, unknown> {
  return {
    count: notes.total,
    from: new Date(notes.sinceMs ?? nowMs).toISOString(),
    to: new Date(nowMs).toISOString(),
    // For the half that asks a model; it takes them out again.
    ...(connection === '' ? {} : { head: headLine(notes, nowMs, timeZone), notes: notesText(notes, timeZone) }),
  }
}

/** Whether a period is over; notes in the state that this one has been seen. */
function isDue(state: State, { when, times, everyMs, timeZone }: Config, nowMs: number): boolean {
  if (when === 'every') return nowMs - (state.sinceMs ?? nowMs) >= everyMs
  if (when === 'asked') return false
  const latest = latestTime(times, nowMs, timeZone)
  if (latest === null || latest === state.passed) return false
  const { passed } = state
  const isBack = passed !== null && latest < passed
  // An hour that comes twice is one; a day that comes again was on a clock that was wrong.
  if (isBack && passed.slice(0, 10) <= dayOf(nowMs, timeZone)) return false
  state.passed = latest
  return passed !== null && !isBack
}

/** The newest of the set times, with its day and minute, to be compared as text: `2026-03-01 0420`. Days of 23 and 25 hours are right by themselves. */
function latestTime(times: readonly string[], nowMs: number, timeZone: string): string | null {
  const set = times.flatMap((time) => readMinute(time) ?? []).sort((a, b) => a - b)
  if (set.length === 0) return null
  const { minute } = wallTime(nowMs, timeZone)
  const today = set.findLast((each) => each <= minute)
  const name = (day: string, time: number): string => `${day} ${String(time).padStart(4, '0')}`
  if (today !== undefined) return name(dayOf(nowMs, timeZone), today)
  // Before the first time of the day it is the last one of the day before: noon minus a day is that day, whatever the clocks do.
  return name(dayOf(nowMs - minute * minuteMs - 12 * 60 * minuteMs, timeZone), set.at(-1) ?? 0)
}

function readMinute(time: string): number | undefined {
  const [, hour, minute] = clock24.exec(time.normalize('NFKC').trim()) ?? []
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute)
}

const days = new Map<string, Intl.DateTimeFormat>()

function dayOf(atMs: number, timeZone: string): string {
  const format = days.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  days.set(timeZone, format)
  return format.format(atMs)
}

function problemsOf({ when, times, timeZone }: Config): Omit<Problem, 'node'>[] {
  const problem = (field: string, code: string, message: string): Omit<Problem, 'node'> => ({
    port: null,
    field,
    code,
    message,
    severity: 'error',
  })
  const unread = times.find((time) => readMinute(time) === undefined)
  return [
    ...(isTimeZone(timeZone)
      ? []
      : [
          problem(
            'timeZone',
            'RECAP_ZONE_UNKNOWN',
            `There is no time zone "${timeZone}". It looks like Europe/Berlin.`,
          ),
        ]),
    ...(when !== 'daily'
      ? []
      : times.length === 0
        ? [problem('times', 'RECAP_TIMES_EMPTY', 'Write at least one time of the day, such as 07:00.')]
        : unread === undefined
          ? []
          : [problem('times', 'RECAP_TIMES_WRONG', `"${unread}" is no time of the day. It looks like 07:00.`)]),
  ]
}
