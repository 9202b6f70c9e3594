// Lets messages through at certain hours of the week only. Holds nothing back for later: what comes at the wrong time is counted.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import { isInside, isTimeZone, readSpan } from '../contract/hours.ts'

export default defineNode({
  type: 'schedule',
  version: 1,
  title: 'Schedule',
  icon: 'clock',
  group: 'logic',
  also: 'time, hours, night, day, week, weekday, calendar, when, only at, 时间, 日程, 定时',
  help: [
    'Lets messages through only inside (or only outside) certain hours of the week, in a time zone.',
    'Example: "Mon-Fri 22:00-06:00" and "Sat,Sun 00:00-24:00" watch at night and at weekends.',
    'Hours past midnight belong to the day on which they begin. Days are Mon to Sun, or "daily".',
    'When clocks change, the hours go by the clock on the wall there.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What is to pass at times.' }) },
    out: {
      message: port('message', { help: 'What comes at the right time.' }),
      held: port('message', { label: 'Held', help: 'What comes at another time.' }),
    },
  },
  config: z.object({
    hours: z.array(z.string().min(1).max(120)).max(50).default(['daily 22:00-06:00']).meta({
      label: 'Hours',
      widget: 'week',
      placeholder: 'Mon-Fri 22:00-06:00',
      help: 'Days, then from and to.',
    }),
    timeZone: z.string().max(64).default('UTC').meta({
      label: 'Time zone',
      widget: 'text',
      placeholder: 'Europe/Berlin',
      help: 'The name of a place on the same time, such as Europe/Berlin or Asia/Shanghai.',
    }),
    let: z
      .enum(['inside', 'outside'])
      .default('inside')
      .meta({
        label: 'Let through',
        widget: 'segments',
        help: 'When messages pass.',
        options: [
          { value: 'inside', label: 'Inside these hours' },
          { value: 'outside', label: 'Outside these hours' },
        ],
      }),
  }),
  card: '{{let}} {{hours}}',
  needs: ['clock'],
  check: ({ hours, timeZone }) => [
    ...(hours.length > 0
      ? []
      : [
          {
            port: null,
            field: 'hours',
            code: 'SCHEDULE_HOURS_EMPTY',
            message: 'Write at least one line of hours, such as "Mon-Fri 22:00-06:00".',
            severity: 'error' as const,
          },
        ]),
    ...hours.flatMap((line, index) =>
      readSpan(line)
        ? []
        : [
            {
              port: null,
              field: `hours.${index}`,
              code: 'SCHEDULE_HOURS_WRONG',
              message: `"${line}" cannot be read. Hours look like "Mon-Fri 22:00-06:00" or "daily 08:00-20:00".`,
              severity: 'error' as const,
            },
          ],
    ),
    ...(isTimeZone(timeZone)
      ? []
      : [
          {
            port: null,
            field: 'timeZone',
            code: 'SCHEDULE_ZONE_UNKNOWN',
            message: `There is no time zone "${timeZone}". It looks like Europe/Berlin.`,
            severity: 'error' as const,
          },
        ]),
  ],
  reasons: {
    open: 'It came at an hour at which messages pass.',
    closed: 'It came at an hour at which nothing passes: {let} {hours}.',
  },
  state: () => ({ held: 0 }),
  onTick: ({ message: messages }, { config, state, clock, status, because }) => {
    const spans = config.hours.flatMap((line) => readSpan(line) ?? [])
    const isOpen = isInside(spans, clock.nowMs(), config.timeZone) === (config.let === 'inside')
    if (!isOpen) state.held += messages.length
    const params = { let: config.let, hours: config.hours.join(', ').slice(0, 120) }
    for (const message of messages) because(message, isOpen ? { code: 'open' } : { code: 'closed', params })
    status(isOpen ? 'Open' : 'Closed at this hour', {
      data: { open: isOpen, held: state.held, ...(isOpen ? {} : { reason: 'schedule' }) },
    })
    return isOpen ? { message: messages } : { held: messages }
  },
})
