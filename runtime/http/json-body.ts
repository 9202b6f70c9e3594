// Reads JSON bodies, and refuses the one character that JSON and addresses can carry and Postgres text cannot.
import express from 'express'
import type { RequestHandler } from 'express'
import { BadRequestError } from '../../nodes/contract/errors.ts'

function hasZero(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value)
    ? value.some(hasZero)
    : Object.entries(value).some(([name, item]) => name.includes('\0') || hasZero(item))
}

function refuse(where: string): never {
  throw new BadRequestError(
    'HTTP_ZERO_BYTE',
    `There is a zero byte in the ${where}, which cannot be stored. Leave it out.`,
  )
}

/** JSON bodies up to a limit; they are walked through only when their bytes look as if there was a zero in them. */
export function readJson(limitBytes: number): RequestHandler[] {
  const suspects = new WeakSet<object>()
  return [
    express.json({
      limit: limitBytes,
      verify: (request, _response, bytes) => {
        if (bytes.includes('\\u0000')) suspects.add(request)
      },
    }),
    (request, _response, next) => {
      if (/%00/.test(request.originalUrl)) refuse('address')
      if (suspects.has(request) && hasZero(request.body)) refuse('body')
      next()
    },
  ]
}
