// Node-RED's own editor at /node-red/, for who the gate has let in, and the paths of its HTTP nodes that the owner has named.
// Never lets it be framed by anybody else, and never passes a cookie or a token of Heed on.
import { posix } from 'node:path'
import type { Express, RequestHandler } from 'express'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { assertOwner, callerOf } from '../live/index.ts'
import { passOn } from './proxy.ts'
import type { NodeRedRouteDeps } from './route-deps.ts'

/** Node-RED's editor runs scripts that its nodes bring, and lists palettes from its catalogue when it is asked to. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob: https:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss: https://catalogue.nodered.org",
  "frame-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "object-src 'none'",
].join('; ')

export const nodeRedRoot = '/node-red'
const hooksRoot = '/node-red-http'

/** A path as a server in front, or a browser, may read it: decoded, without dots and doubled slashes. */
function folded(url: string): string {
  let path = url.split('?', 1)[0] ?? ''
  for (let time = 0; time < 3; time += 1) path = path.replace(/%([0-9a-f]{2})/gi, (_, hex) => byte(String(hex)))
  const names = path.toLowerCase().replaceAll('\\', '/').replace(/[;\0]/g, '/')
  return posix.normalize(`/${names}/`).replace(/[. ]+(?=\/)/g, '')
}
const byte = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16))

/** Everything below /node-red goes through `admit`. */
export function addNodeRedEditor(app: Express, { nodeRed }: NodeRedRouteDeps, admit: RequestHandler): void {
  app.use(nodeRedRoot, admit, async (request, response) => {
    // Whoever is in there runs code with the rights of Heed's user.
    assertOwner(callerOf(response))
    if (request.originalUrl === nodeRedRoot) return response.redirect(302, '/system/node-red')
    const door = nodeRed.door()
    response.set({
      'Content-Security-Policy': policy,
      'X-Frame-Options': 'SAMEORIGIN',
      'Cache-Control': 'no-store',
    })
    await passOn(door, request.originalUrl, request, response)
  })
  // Written in another way it is nobody's either, and not the page of Heed that any other address gets.
  app.use((request, response, next) => {
    if (!folded(request.originalUrl).startsWith(`${nodeRedRoot}/`)) return next()
    return admit(request, response, (error?: unknown) =>
      next(error ?? new NotFoundError('HTTP_NOT_FOUND', 'There is nothing at this address.')),
    )
  })
  app.use(hooksRoot, async (request, response) => {
    const door = await nodeRed.doorFor(request.path)
    // What a flow answers is a page of a stranger: it runs no script on Heed's address.
    response.set('Content-Security-Policy', "default-src 'none'; sandbox")
    await passOn(door, hooksRoot + request.url, request, response)
  })
}
