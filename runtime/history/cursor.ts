// Cursors and times as they come from outside: read strictly, refused in words. Never trusted as SQL.
import { z } from 'zod'
import { BadRequestError } from '../../nodes/contract/errors.ts'

/** An opaque cursor: where the page ended. */
export function writeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** Throws BadRequestError QUERY_CURSOR_INVALID for anything this server did not write itself. */
export function readCursor<S extends z.ZodType>(cursor: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new BadRequestError(
      'QUERY_CURSOR_INVALID',
      'The cursor cannot be read. Leave it out to start with the newest.',
      { cause },
    )
  }
}

/** An instant in a cursor: as this server writes it, so that the database reads it too. */
export const CursorInstant = z.iso.datetime()

/** Throws BadRequestError QUERY_TIME_INVALID; takes ISO 8601 with or without a time. */
export function readTime(name: string, text: string): Date {
  const isIso = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
  const date = new Date(text)
  if (isIso && !Number.isNaN(date.getTime())) return date
  throw new BadRequestError(
    'QUERY_TIME_INVALID',
    `"${name}" is not a time. Write it as ISO 8601, for example 2026-11-21T08:00:00Z.`,
  )
}

/** Between 1 and `most`. */
export function readLimit(limit: number, most = 500): number {
  if (!Number.isFinite(limit)) throw new BadRequestError('QUERY_LIMIT_INVALID', '"limit" is not a number.')
  return Math.min(most, Math.max(1, Math.floor(limit)))
}
