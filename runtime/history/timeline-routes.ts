// The timeline over HTTP: what was decided, step by step, of one camera or of all.
import type { Router } from 'express'
import { z } from 'zod'
import { parseInput, queryFields } from '../../nodes/contract/input.ts'
import type { HistoryRouteDeps } from './route-deps.ts'

const { text, time } = queryFields
const mostSteps = 1000
const steps = text.transform((value, context) => {
  if (value === undefined) return 300
  if (/^\d{1,4}$/.test(value) && Number(value) > 0) return Math.min(Number(value), mostSteps)
  context.addIssue({ code: 'custom', message: `must be a whole number from 1 to ${mostSteps}` })
  return z.NEVER
})
const TimelineQuerySchema = z.object({ flow: text, stream: text, from: time, to: time, steps })
const hourMs = 3_600_000

/** Without what is undefined. */
export function defined<T extends object>(values: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>
  }
}

/** `/api/precision`, and `/api/timeline`: the last hour of all cameras, unless asked otherwise. */
export function addTimelineRoutes(api: Router, { events, nowMs }: HistoryRouteDeps): void {
  api.get('/precision', async (_request, response) => {
    response.json({ flows: await events.precisions() })
  })
  api.get('/timeline', async (request, response) => {
    const asked = parseInput(TimelineQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const { to = new Date(nowMs()).toISOString(), ...query } = asked
    const { from = new Date(Date.parse(to) - hourMs).toISOString(), ...rest } = query
    response.json(await events.timeline({ ...defined(rest), from, to }))
  })
}
