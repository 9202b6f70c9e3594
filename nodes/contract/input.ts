// Reads what a client sent against a schema. Never lets a schema library's own sentence or an unread value through.
import { z } from 'zod'
import { BadRequestError } from './errors.ts'
import type { Problem } from './errors.ts'
import { explainFinding } from './schema-words.ts'

/** Problems of a value that is not part of a flow: placed by field only. */
export function toFieldProblems(error: z.ZodError, code: string): Problem[] {
  return error.issues.map((issue) => {
    const field = issue.path.map(String).join('.') || null
    return {
      node: null,
      port: null,
      field,
      code,
      message: `“${field ?? 'the request'}” ${issue.message.replace(/\.$/, '')}.`,
      severity: 'error',
    }
  })
}

/** The value as the schema reads it, or a BadRequestError that names every field that is wrong. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, code = 'HTTP_INPUT_INVALID'): z.output<S> {
  const result = schema.safeParse(value, { error: explainFinding, reportInput: true })
  if (result.success) return result.data
  const problems = toFieldProblems(result.error, code)
  throw new BadRequestError(
    code,
    `The request cannot be used: ${problems.map((problem) => problem.message).join(' ')}`,
    { details: { problems } },
  )
}

/** A JSON body that must be there. */
export function requireBody(body: unknown): unknown {
  if (body !== undefined) return body
  throw new BadRequestError(
    'HTTP_BODY_MISSING',
    'This address wants a JSON body. Send one, with the header Content-Type: application/json.',
  )
}

/** A JSON body read against a schema. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  return parseInput(schema, requireBody(body))
}

/** A query value: the first one counts, an empty one is none. */
const text = z.preprocess((value) => {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return first === '' ? undefined : first
}, z.string().max(500).optional())

const time = text.transform((value, context) => {
  if (value === undefined) return undefined
  const ms = Date.parse(value)
  if (Number.isFinite(ms)) return new Date(ms).toISOString()
  context.addIssue({ code: 'custom', message: 'must be a date and time such as 2026-03-01T08:00:00Z' })
  return z.NEVER
})

const limitOr = (otherwise: number) =>
  text.transform((value, context) => {
    if (value === undefined) return otherwise
    if (/^\d{1,6}$/.test(value) && Number(value) > 0) return Math.min(Number(value), maxPage)
    context.addIssue({ code: 'custom', message: `must be a whole number from 1 to ${maxPage}` })
    return z.NEVER
  })

/** More rows than this are never sent at once. */
export const maxPage = 500

export const queryFields = { text, time, limit: limitOr(50) }

/** Which part of a list; without a wish its first part, as large as any. */
export const ListQuerySchema = z.object({ limit: limitOr(maxPage), cursor: text })
export type ListQuery = z.output<typeof ListQuerySchema>

/** The cursor of the next page; absent behind the last one, so that a list that fits is the list and nothing else. */
export const NextSchema = z.string().optional()

/**
 * One page of a list that is not in the database, in order, and the cursor of the next one. `keyOf` is what the list is ordered by, unlike
 * for any two of it: what is added or taken out between two pages makes nobody see one twice or miss one that stayed.
 */
export function pageOf<T>(
  list: readonly T[],
  keyOf: (each: T) => string,
  query: ListQuery,
  order: 'up' | 'down' = 'up',
): { page: T[]; next?: string } {
  return cutPage(rowsBehind(list, keyOf, query, order), keyOf, query)
}

/** As the database gives them: from behind the cursor, one more than the page shows. */
export function rowsBehind<T>(
  list: readonly T[],
  keyOf: (each: T) => string,
  { limit, cursor }: ListQuery,
  order: 'up' | 'down' = 'up',
): T[] {
  const start = cursor === undefined ? 0 : startBehind(list.map(keyOf), cursor, order)
  return list.slice(start, start + limit + 1)
}

/** The page out of its rows and one more, which says that there is a next one. */
export function cutPage<T>(
  rows: readonly T[],
  keyOf: (each: T) => string,
  { limit }: Pick<ListQuery, 'limit'>,
): { page: T[]; next?: string } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return last !== undefined && rows.length > limit ? { page, next: keyOf(last) } : { page }
}

function startBehind(keys: readonly string[], cursor: string, order: 'up' | 'down'): number {
  const at = keys.indexOf(cursor)
  if (at >= 0) return at + 1
  const next = keys.findIndex((key) => (order === 'up' ? key > cursor : key < cursor))
  return next < 0 ? keys.length : next
}
