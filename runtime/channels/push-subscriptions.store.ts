// Browsers that asked for Web Push, and the keys this installation signs with. Keys are sealed; an endpoint is an address that
// only its browser knows.
import { asc, count, eq } from 'drizzle-orm'
import { pushReceiver } from '../../nodes/contract/capabilities.ts'
import { ConflictError } from '../../nodes/contract/errors.ts'
import type { Db } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { pushSubscriptions, receiverTroubles, settings } from '../database/index.ts'
import type { Seal } from '../database/index.ts'

export interface PushSubscriptionRow {
  endpoint: string
  keys: { p256dh: string; auth: string }
}
export interface PushKeyPair {
  publicKey: string
  privateKey: string
}

export interface PushSubscriptionStore {
  /** The pair of this installation; `make` is asked when there is none yet. */
  keys(make: () => PushKeyPair): Promise<PushKeyPair>
  list(): Promise<PushSubscriptionRow[]>
  /** The same browser again replaces itself. */
  add(subscription: PushSubscriptionRow, label: string): Promise<void>
  remove(endpoint: string): Promise<void>
}

const keySetting = 'push.keys'
const mostSubscriptions = 200
const placeOf = (endpoint: string): string => JSON.stringify(['push', endpoint])

export function createPushSubscriptionStore({
  db,
  seal,
  nowMs,
}: {
  db: Db
  seal: Seal
  nowMs(): number
}): PushSubscriptionStore {
  const readKeys = async (): Promise<PushKeyPair | undefined> => {
    const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, keySetting))
    if (!row) return undefined
    const { publicKey, sealed } = row.value as { publicKey: string; sealed: string }
    return { publicKey, privateKey: seal.open(sealed, placeOf(keySetting)) }
  }
  return guarded<PushSubscriptionStore>('push', {
    keys: async (make) => {
      const known = await readKeys()
      if (known) return known
      const { publicKey, privateKey } = make()
      // Of two processes that start at once one makes the pair, and both read it.
      await db
        .insert(settings)
        .values({ key: keySetting, value: { publicKey, sealed: seal.close(privateKey, placeOf(keySetting)) } })
        .onConflictDoNothing()
      return (await readKeys()) ?? { publicKey, privateKey }
    },
    list: async () => {
      const rows = await db
        .select()
        .from(pushSubscriptions)
        .orderBy(asc(pushSubscriptions.createdAt), asc(pushSubscriptions.endpoint))
      return rows.map(({ endpoint, sealed }) => ({
        endpoint,
        keys: JSON.parse(seal.open(sealed, placeOf(endpoint))) as PushSubscriptionRow['keys'],
      }))
    },
    add: async ({ endpoint, keys }, label) => {
      const [{ many = 0 } = {}] = await db.select({ many: count() }).from(pushSubscriptions)
      if (many >= mostSubscriptions)
        throw new ConflictError(
          'PUSH_TOO_MANY',
          `${mostSubscriptions} browsers get notifications already. Switch them off in one of those first.`,
        )
      const row = { sealed: seal.close(JSON.stringify(keys), placeOf(endpoint)), label }
      await db
        .insert(pushSubscriptions)
        .values({ endpoint, ...row, createdAt: new Date(nowMs()) })
        .onConflictDoUpdate({ target: pushSubscriptions.endpoint, set: row })
      // There is somebody again.
      await db.delete(receiverTroubles).where(eq(receiverTroubles.receiver, pushReceiver))
    },
    remove: async (endpoint) => {
      await db.delete(pushSubscriptions).where(eq(pushSubscriptions.endpoint, endpoint))
    },
  })
}
