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

/** Deeper than any document, so that a flow that is too deep is still told so in its own words. */
const mostDepth = 500

/** Lists and groups inside each other beyond what anybody who walks through them may meet: seen without parsing. */
function isDeep(bytes: Buffer): boolean {
  let depth = 0
  let isText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isText) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) isText = false
    } else if (byte === 0x22) isText = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > mostDepth) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return false
}

/** JSON bodies up to a limit; they are walked through only when their bytes look as if there was a zero in them. */
export function readJson(limitBytes: number): RequestHandler[] {
  const suspects = new WeakSet<object>()
  const deep = new WeakSet<object>()
  return [
    express.json({
      limit: limitBytes,
      verify: (request, _response, bytes) => {
        if (bytes.length > mostDepth && isDeep(bytes)) deep.add(request)
        if (bytes.includes('\\u0000')) suspects.add(request)
      },
    }),
    (request, _response, next) => {
      if (/%00/.test(request.originalUrl)) refuse('address')
      if (deep.has(request))
        throw new BadRequestError(
          'HTTP_TOO_DEEP',
          'The body of the request holds lists or groups inside each other without end. Nothing here goes that deep.',
        )
      if (suspects.has(request) && hasZero(request.body)) refuse('body')
      next()
    },
  ]
}
