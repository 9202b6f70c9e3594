// Addresses at which Node-RED fetches the picture of one event, each with a token of its own. It opens that picture for an hour and
// nothing else.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { AuthError } from '../../nodes/contract/errors.ts'

export const pictureLifeMs = 60 * 60_000

export interface PictureLinks {
  urlFor(eventId: string): string
  /** The event's id. Throws AuthError NODERED_LINK_WRONG. */
  read(token: string): string
}

/** `base`: where a process on this machine reaches Heed. */
export function createPictureLinks({
  key,
  base,
  nowMs,
}: {
  key: Uint8Array
  base: string
  nowMs(): number
}): PictureLinks {
  const sign = (what: string): Buffer => createHmac('sha256', key).update(`node-red picture\n${what}`).digest()
  return {
    urlFor: (eventId) => {
      const what = `${eventId}.${Math.floor((nowMs() + pictureLifeMs) / 1000)}`
      const token = Buffer.from(`${what}.${sign(what).toString('base64url')}`).toString('base64url')
      return `${base}/api/node-red/pictures/${token}`
    },
    read: (token) => {
      const [, what, eventId, untilS, signature] =
        /^((.{1,200})\.(\d{1,12}))\.([A-Za-z0-9_-]{43})$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? []
      const given = Buffer.from(signature ?? '', 'base64url')
      const right = sign(what ?? '')
      if (
        eventId === undefined ||
        given.length !== right.length ||
        !timingSafeEqual(given, right) ||
        Number(untilS) * 1000 <= nowMs()
      )
        throw new AuthError('NODERED_LINK_WRONG', 'This address of a picture is not complete, or older than an hour.', {
          details: { status: 403 },
        })
      return eventId
    },
  }
}
