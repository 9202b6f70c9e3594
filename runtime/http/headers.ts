// Security headers for every answer. Must fit a built React app with inline styles, and nothing more.
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { ApiDeps } from './api-deps.ts'

const permissions = [
  'camera=(self)',
  'microphone=(self)',
  'display-capture=(self)',
  'fullscreen=(self)',
  'autoplay=(self)',
  'screen-wake-lock=(self)',
  'geolocation=()',
  'payment=()',
  'usb=()',
  'serial=()',
  'hid=()',
  'midi=()',
].join(', ')

/** Older Safari does not count ws: as 'self', so the own WebSocket address is named. */
function ownSocket(request: IncomingMessage, isSecure: boolean): string {
  const host = request.headers.host ?? ''
  return /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(host)
    ? `${isSecure ? 'wss' : 'ws'}://${host}`
    : "'self'"
}

/** helmet with our content policy; HSTS only where the answer goes over https. */
export function securityHeaders(deps: Pick<ApiDeps, 'isSecure'>): RequestHandler[] {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // 'wasm-unsafe-eval' lets a page compile WebAssembly, which the speech detector is; it does not allow eval() of text.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        fontSrc: ["'self'", 'data:'],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'data:', 'blob:', 'mediastream:'],
        connectSrc: ["'self'", (request) => ownSocket(request, deps.isSecure(request))],
        // Only Node-RED's editor, which Heed itself passes on.
        frameSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    // no-referrer would make browsers send "Origin: null" with forms, and the sign-in link's token stays on this server anyway.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  })
  const more: RequestHandler = (request, response, next) => {
    response.setHeader('Permissions-Policy', permissions)
    if (deps.isSecure(request)) response.setHeader('Strict-Transport-Security', 'max-age=15552000')
    next()
  }
  return [protect, more]
}
