// Web Push to every browser that asked for it. Encrypted for each of them; sent over the one HTTP door. Forgets browsers that
// are gone. Never retries.
import webpush from 'web-push'
import type { HttpPort, HttpResponse, PushPort } from '../../nodes/contract/capabilities.ts'
import { FatalError, isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'

export interface PushSubscription {
  endpoint: string
  keys: { p256dh: string; auth: string }
}
export interface PushKeys {
  publicKey: string
  privateKey: string
}

/** What it needs of the store. */
export interface PushStore {
  /** Those of this installation; made once, by whoever comes first. */
  keys(make: () => PushKeys): Promise<PushKeys>
  list(): Promise<PushSubscription[]>
  remove(endpoint: string): Promise<void>
}

export interface PushDeps {
  store: PushStore
  http: HttpPort
  /** Push services want to know whom to ask when something is wrong. */
  subject: string
}

const timeoutMs = 10_000
/** A browser that is off gets it when it comes back within a day. */
const lifeS = 86_400
const make = (): PushKeys => webpush.generateVAPIDKeys()

/** Nothing is sent until a browser asks again. */
const gone = { details: { isGone: true } }

/** The Web Push port of this process. */
export function createPush(deps: PushDeps): PushPort & { publicKey(): Promise<string> } {
  return {
    publicKey: async () => (await deps.store.keys(make)).publicKey,
    send: async (note, signal) => {
      const keys = await deps.store.keys(make)
      const subscriptions = await deps.store.list()
      if (subscriptions.length === 0)
        throw new FatalError(
          'PUSH_NOBODY',
          'No browser has asked for notifications yet. Open Heed on the phone or computer and switch them on there.',
          gone,
        )
      const endings = await Promise.allSettled(
        subscriptions.map((each) => sendTo(each, JSON.stringify(note), keys, deps, signal)),
      )
      const taken = endings.filter((ending) => ending.status === 'fulfilled' && ending.value).length
      if (taken > 0) return taken
      const failures = endings.flatMap((ending) => (ending.status === 'rejected' ? [toError(ending.reason)] : []))
      // Any that may take it later is worth another try; it replaces itself by its tag.
      throw (
        failures.find(isStopped) ??
        failures.find((each) => each instanceof RetryableError) ??
        failures[0] ??
        new FatalError(
          'PUSH_NOBODY',
          'Every browser that had asked for notifications is gone. Switch them on again there.',
          gone,
        )
      )
    },
  }
}

/** False when that browser is gone. */
async function sendTo(
  subscription: PushSubscription,
  payload: string,
  keys: PushKeys,
  { http, store, subject }: PushDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { endpoint, method, headers, body } = webpush.generateRequestDetails(subscription, payload, {
    vapidDetails: { subject, ...keys },
    TTL: lifeS,
    urgency: 'high',
    contentEncoding: 'aes128gcm',
  })
  const plain = Object.fromEntries(
    Object.entries(headers as Record<string, unknown>)
      .filter(([name]) => name.toLowerCase() !== 'content-length')
      .map(([name, value]) => [name, String(value)]),
  )
  const response = await http.request(
    { method: method as 'POST', url: endpoint, headers: plain, body: body as Buffer, timeoutMs, maxBytes: 4096 },
    signal,
  )
  if (response.status >= 200 && response.status < 300) return true
  if (response.status === 404 || response.status === 410) {
    await store.remove(subscription.endpoint)
    return false
  }
  throw trouble(response, new URL(endpoint).host)
}

function trouble({ status, text }: HttpResponse, host: string): FatalError | RetryableError {
  const words = `The push service at ${host} answered ${status}${text.trim() === '' ? '' : `: ${text.replace(/\s+/g, ' ').trim().slice(0, 120)}`}.`
  return status === 408 || status === 429 || status >= 500
    ? new RetryableError('PUSH_NOT_NOW', words)
    : new FatalError('PUSH_REFUSED', words)
}
