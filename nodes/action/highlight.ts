// A short moving picture of a moment: waits for the pictures after it, has them made into one file, and sends the message on with it. A
// message never gets lost here: where no clip can be made it goes on without one.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import { isStopped, toError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'

/** So many messages wait for their pictures at the same time; the oldest gets those that there are. */
const mostWaiting = 20
const tries = 3

interface State {
  waiting: { dueMs: number; message: Message }[]
  made: number
}

export default defineNode({
  type: 'highlight',
  version: 1,
  title: 'Highlight',
  icon: 'movie',
  group: 'action',
  also: 'clip, video, gif, replay, slow motion, moment, 集锦, 片段, 慢动作, 动图',
  help: [
    'Makes a short clip of the pictures around a moment and sends the message on with it.',
    'Example: a model says "Goal"; ten pictures, six before it and four after, go to the chat as a clip.',
    'E-mail, Telegram and Discord attach it, a webhook gets its address (fields.clip.url), and the page of the event shows it.',
    'The pictures are those the flow sees, one a second, masked as they are there. It is kept as long as its event.',
    'Where no clip can be made the message goes on without one.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What happened.' }) },
    out: { message: port('message', { help: 'The same, a few seconds later, with the clip.' }) },
  },
  config: z.object({
    pictures: z.number().int().min(2).max(12).default(10).meta({
      label: 'Pictures',
      widget: 'number',
      help: 'One a second, those after the moment among them.',
    }),
    afterS: z.number().int().min(0).max(6).default(4).meta({
      label: 'Of them after the moment',
      unit: 's',
      widget: 'number',
      help: 'Waits so long for them.',
    }),
    secondsEach: z.number().min(0.1).max(5).default(1).meta({
      label: 'Each stays for',
      unit: 's',
      widget: 'number',
      help: 'Less than 1 is faster than it was, more is slow motion.',
    }),
    form: z
      .enum(['mp4', 'gif'])
      .default('mp4')
      .meta({
        label: 'As',
        widget: 'segments',
        advanced: true,
        help: 'What plays nearly everywhere, or what plays even where no video does.',
        options: [
          { value: 'mp4', label: 'Video' },
          { value: 'gif', label: 'GIF' },
        ],
      }),
  }),
  card: '{{pictures}} pictures around the moment',
  needs: ['clock'],
  state: (): State => ({ waiting: [], made: 0 }),
  onTick: ({ message: messages }, { config, state, clock, tick, status, message }) => {
    const now = clock.nowMs()
    const afterMs = config.afterS * 1000
    // A wall clock that was set back must not keep a message for longer than its pictures take.
    const kept = state.waiting.map((each) => ({ ...each, dueMs: Math.min(each.dueMs, now + afterMs) }))
    const all = [...kept, ...messages.map((each) => ({ dueMs: now + afterMs, message: each }))]
    // No more pictures come: those that there are will do.
    const isEnd = tick.last || tick.pause === true
    const isDue = ({ dueMs }: { dueMs: number }, at: number): boolean =>
      isEnd || dueMs <= now || at < all.length - mostWaiting
    state.waiting = all.filter((each, at) => !isDue(each, at))
    const due = all.filter(isDue)
    state.made += due.length
    status(
      state.waiting.length > 0
        ? 'Waits for the next pictures'
        : state.made === 0
          ? 'Nothing has happened yet'
          : `${state.made} made`,
      { data: { made: state.made, waiting: state.waiting.length } },
    )
    return {
      act: due.map(({ message: moment }) =>
        message(moment.text, {
          keepsRecent: config.pictures,
          fields: { about: moment.eventId, moment: { fields: moment.fields ?? {} } },
          ...(typeof moment.mediaTimeS === 'number' ? { mediaTimeS: moment.mediaTimeS } : {}),
        }),
      ),
    }
  },
  acts: {
    needs: ['clock', 'pictures', 'clips'],
    timeoutMs: 60_000,
    maxAttempts: tries,
    lane: 'alerts',
    perform: async (work, ctx) => {
      const { moment, ...told } = work.fields ?? {}
      const before = (typeof moment === 'object' && moment !== null ? moment : {}) as {
        fields?: Record<string, unknown>
      }
      const sent = (more: Record<string, unknown>): Message => ({
        ...work,
        fields: { ...before.fields, ...told, ...more },
      })
      const { form, secondsEach } = ctx.config
      try {
        const pictures = await ctx.pictures.recentOfEvent(work.eventId)
        if (pictures.length === 0)
          return { outputs: { message: sent({}) }, summary: 'There was no picture: it went on without a clip.' }
        const about = { eventId: work.eventId, node: ctx.node.id, ...(isText(told.about) ? { of: told.about } : {}) }
        const clip = await ctx.clips.make(about, { pictures, form, slower: secondsEach }, ctx.signal)
        return {
          outputs: { message: sent({ clip: { ...clip, pictures: pictures.length } }) },
          summary: `A clip of ${pictures.length} pictures was made.`,
        }
      } catch (thrown) {
        if (isStopped(thrown) || ctx.signal.aborted || ctx.attempt < tries) throw thrown
        return {
          outputs: { message: sent({}) },
          summary: `It went on without a clip: ${toError(thrown).message}`,
        }
      }
    },
  },
})

const isText = (value: unknown): value is string => typeof value === 'string'
