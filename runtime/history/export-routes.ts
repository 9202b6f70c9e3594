// What a list of events finds, as one file: every page of it, one after the other, so that ten million need no more memory than fifty.
import type { Response, Router } from 'express'
import { z } from 'zod'
import { parseInput, queryFields } from '../../nodes/contract/input.ts'
import { verdicts } from '../../nodes/contract/events.ts'
import { eventChoices, type EventQuery, type EventStore } from './records.ts'
import type { HistoryRouteDeps } from './route-deps.ts'
import { defined } from './timeline-routes.ts'

const { text, time, limit } = queryFields
export const EventQuerySchema = z.object({
  flow: text,
  stream: text,
  kind: text,
  q: text,
  from: time,
  to: time,
  only: z.enum(eventChoices).optional(),
  verdict: z.enum([...verdicts, 'any', 'none']).optional(),
  incident: text,
  limit,
  cursor: text,
})
const formats = ['csv', 'json'] as const
const ExportSchema = EventQuerySchema.omit({ limit: true, cursor: true }).extend({
  form: z.enum(formats).default('csv'),
})
const pageSize = 500

const columns = [
  'at',
  'flow',
  'stream',
  'node',
  'kind',
  'text',
  'alert',
  'acknowledgedAt',
  'acknowledgedBy',
  'verdict',
  'mediaTimeS',
  'id',
] as const

/** In Excel a file without the mark reads 厨房 as noise. */
const byteOrderMark = '\uFEFF'

async function* piecesOf(
  events: Pick<EventStore, 'list'>,
  query: Omit<EventQuery, 'limit'>,
  form: (typeof formats)[number],
): AsyncGenerator<string, void, void> {
  let cursor: string | null | undefined
  let between = ''
  yield form === 'csv' ? byteOrderMark + csvRow(columns) : '{"events":['
  do {
    const page = await events.list({ ...query, limit: pageSize, ...(cursor ? { cursor } : {}) })
    for (const event of page.events) {
      yield form === 'csv' ? csvRow(columns.map((name) => event[name])) : `${between}\n${JSON.stringify(event)}`
      between = ','
    }
    cursor = page.next
  } while (cursor)
  if (form === 'json') yield '\n]}\n'
}

/** Whoever reads has caught up, or is gone: then the connection ends, and the wait with it. */
function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

/** `/api/events/export`. Stops asking when nobody reads any more. */
export function addExportRoute(api: Router, { events, log }: HistoryRouteDeps): void {
  api.get('/events/export', async (request, response) => {
    const { form, ...query } = parseInput(ExportSchema, request.query, 'HTTP_QUERY_WRONG')
    const pieces = piecesOf(events, defined(query), form)
    // What is wrong with the query shows with the first page, before the answer has begun.
    const begun = [await pieces.next(), await pieces.next()].flatMap(({ value }) => value ?? [])
    response.set({
      'Content-Type': form === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      'Content-Disposition': `attachment; filename="heed-events.${form}"`,
    })
    response.write(begun.join(''))
    try {
      for await (const piece of pieces) {
        if (response.destroyed) return
        if (!response.write(piece)) await drained(response)
      }
      response.end()
    } catch (error) {
      // Half a file must not look like a whole one.
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'an export of events broke off')
      response.destroy()
    }
  })
}

/** What Excel, LibreOffice and Google Sheets take for a formula, also behind what they skip. */
const formula = /^[\s\u00A0]*[=+\-@\t\r|%]/

/** One cell, always in quotes; what would be run is written as text, with the mark that spreadsheets know for that. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const harmless = formula.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""').replace(/\r\n?/g, '\n')}"`
}

export function csvRow(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}
