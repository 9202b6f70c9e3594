// Links by which somebody without an account acknowledges one event: signed, and good for seven days. A link tells nothing but
// its event and the node that sent it, and a changed one opens nothing.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { AuthError } from '../../nodes/contract/errors.ts'

const dayMs = 24 * 3_600_000
export const linkLifeMs = 7 * dayMs

export interface AcknowledgeLinks {
  /** The same for the same event on one day, so that a message that is tried twice carries one link; late reminders get a fresh one. */
  urlFor(eventId: string, sinceMs: number, nowMs: number, node?: string): string
  /** The event's picture, for whoever fetches it from elsewhere, and nothing but it; undefined unless this Heed is reached by https. */
  pictureUrlFor(eventId: string, sinceMs: number, nowMs: number): string | undefined
  /** `node` is the one whose message carried the link; older links name none. Throws AuthError ACKNOWLEDGE_LINK_WRONG, for a link of another purpose too, or ACKNOWLEDGE_LINK_EXPIRED. */
  read(token: string, nowMs: number, ...purposes: Purpose[]): { eventId: string; expiresAtMs: number; node?: string }
}

/** Addresses of pictures pass through the hands of chat and push services: they must not acknowledge anything. */
export type Purpose = 'acknowledge' | 'picture'

/** Signs and reads links; `linkKey` is the installation's, `publicUrl` how the outside reaches it. */
export function createAcknowledgeLinks({
  linkKey,
  publicUrl,
}: {
  linkKey: Uint8Array
  publicUrl: string
}): AcknowledgeLinks {
  const sign = (purpose: Purpose, eventId: string, expires: string, node?: string): Buffer =>
    createHmac('sha256', linkKey)
      .update([purpose, eventId, expires, ...(node === undefined ? [] : [node])].join('\n'))
      .digest()
  const base = publicUrl.replace(/\/+$/, '')
  const tokenFor = (purpose: Purpose, eventId: string, sinceMs: number, nowMs: number, node?: string): string => {
    const fromMs = nowMs - sinceMs < dayMs ? sinceMs : Math.floor(nowMs / dayMs) * dayMs
    const expires = String(Math.floor((fromMs + linkLifeMs) / 1000))
    const signature = sign(purpose, eventId, expires, node).toString('base64url')
    const from = node === undefined ? '' : `${node}:`
    return Buffer.from(`${eventId}.${expires}.${from}${signature}`).toString('base64url')
  }
  return {
    urlFor: (...of) => `${base}/acknowledge/${tokenFor('acknowledge', ...of)}`,
    pictureUrlFor: (...of) =>
      base.startsWith('https://') ? `${base}/api/acknowledge/${tokenFor('picture', ...of)}/frame` : undefined,
    read: (token, nowMs, ...purposes) => {
      const [, eventId, expires, node, signature] =
        /^(.{1,200})\.(\d{1,12})\.(?:([A-Za-z0-9_-]{1,64}):)?([A-Za-z0-9_-]{43})$/.exec(
          Buffer.from(token, 'base64url').toString('utf8'),
        ) ?? []
      if (
        eventId === undefined ||
        expires === undefined ||
        signature === undefined ||
        !purposes.some((purpose) => isSame(Buffer.from(signature, 'base64url'), sign(purpose, eventId, expires, node)))
      ) {
        throw new AuthError(
          'ACKNOWLEDGE_LINK_WRONG',
          'This link is not complete or was changed. Open it from the message itself.',
          { details: { status: 403 } },
        )
      }
      const expiresAtMs = Number(expires) * 1000
      if (nowMs < expiresAtMs) return { eventId, expiresAtMs, ...(node === undefined ? {} : { node }) }
      throw new AuthError(
        'ACKNOWLEDGE_LINK_EXPIRED',
        'This link was good for seven days and is over. Sign in to Heed to see the alert.',
        { details: { status: 403 } },
      )
    },
  }
}

function isSame(given: Uint8Array, right: Uint8Array): boolean {
  return given.length === right.length && timingSafeEqual(given, right)
}
