// Hosts in the owner's own network that nodes may reach: those in connections and cameras, in saved and deployed flows, and those added by
// hand. What came with an import counts only after the owner's yes. Read only when somebody asks, and kept for a few seconds.
import { and, eq, exists, isNull, or } from 'drizzle-orm'
import type { Flow } from '../../nodes/contract/flow.ts'
import { hostsIn, plainHost, receiverMark } from '../../nodes/contract/hosts.ts'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import type { ApprovedHostStore } from './approved-hosts.ts'
import type { Db } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { cameras, connections, deployments, flowRevisions, flows } from '../database/index.ts'
import type { SettingStore } from '../database/index.ts'
import { within } from '../time-limit.ts'

const key = 'approved-hosts'
const keptForMs = 3000
/** A host that is not known is looked for again after this: its flow may have been saved a moment ago. */
const missedForMs = 200
/** How long a known host waits for a newer list. */
const patienceMs = 500
const mostByHand = 500
const atOnce = 10

/** What the runtime needs beside the API's part. */
export interface HostApproval {
  isApproved(host: string, port: number): Promise<boolean>
}

function readHost(text: string): string {
  const [, name = '', port] = /^\s*(\[[^\]]*\]|[^:\s]+)(?::(\d{1,5}))?\s*$/.exec(text) ?? []
  const host = plainHost(name)
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) {
    throw new BadRequestError(
      'APPROVED_HOST_INVALID',
      'This is not a host. It looks like nas.local, 192.168.1.20 or 192.168.1.20:8080.',
    )
  }
  return port === undefined ? host : `${host}:${Number(port)}`
}

/** A saved or deployed revision, with what its flow was not allowed yet. */
interface Drawn {
  flowId: string
  revision: number
  unapproved: string[]
}

/** Revisions and lists out of one statement: what is put on the list and then saved must not be seen without the list. */
async function readDrawn(db: Db): Promise<Drawn[]> {
  const running = db
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.flowId, flowRevisions.flowId),
        eq(deployments.revision, flowRevisions.revision),
        isNull(deployments.stoppedAt),
      ),
    )
  return await db
    .select({ flowId: flowRevisions.flowId, revision: flowRevisions.revision, unapproved: flows.unapprovedHosts })
    .from(flowRevisions)
    .innerJoin(flows, eq(flows.id, flowRevisions.flowId))
    .where(or(eq(flows.revision, flowRevisions.revision), exists(running)))
}

const keyOf = ({ flowId, revision }: Pick<Drawn, 'flowId' | 'revision'>): string => `${flowId} ${revision}`

/** A few at a time: all flows together may be large. */
async function eachDocument(
  db: Db,
  drawn: readonly Drawn[],
  visit: (document: Flow, of: Drawn) => void,
): Promise<void> {
  const byKey = new Map(drawn.map((each) => [keyOf(each), each]))
  for (let at = 0; at < drawn.length; at += atOnce) {
    const wanted = drawn
      .slice(at, at + atOnce)
      .map(({ flowId, revision }) => and(eq(flowRevisions.flowId, flowId), eq(flowRevisions.revision, revision)))
    const rows = await db
      .select({ flowId: flowRevisions.flowId, revision: flowRevisions.revision, document: flowRevisions.document })
      .from(flowRevisions)
      .where(or(...wanted))
    for (const row of rows) visit(row.document, byKey.get(keyOf(row))!)
  }
}

/** Reads the hosts that connections and flows name. A revision never changes, so that each is read once. */
function createNamed(db: Db): () => Promise<string[]> {
  let kept: ReadonlyMap<string, readonly string[]> = new Map()
  return async () => {
    const found = new Set([
      ...hostsIn(await db.select({ config: connections.config }).from(connections)),
      ...hostsIn(await db.select({ config: cameras.config }).from(cameras)),
    ])
    const drawn = await readDrawn(db)
    const named = new Map(
      drawn.map(keyOf).flatMap((key) => {
        const known = kept.get(key)
        return known ? [[key, known]] : []
      }),
    )
    await eachDocument(
      db,
      drawn.filter((each) => !named.has(keyOf(each))),
      (document, of) => named.set(keyOf(of), hostsIn(document)),
    )
    kept = named
    for (const each of drawn) {
      const waiting = new Set(each.unapproved)
      for (const host of named.get(keyOf(each)) ?? []) if (!waiting.has(host)) found.add(host)
    }
    return [...found].sort()
  }
}

/** Those of the receivers to whom a flow of the owner writes already. */
async function readReceivers(db: Db, receivers: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>()
  if (receivers.length === 0) return known
  await eachDocument(db, await readDrawn(db), ({ nodes }, { unapproved }) => {
    const written = new Set(
      nodes
        .flatMap(({ config }) => Object.values(config))
        .map((value) => (typeof value === 'string' ? receiverMark + value.trim() : '')),
    )
    for (const name of receivers) if (written.has(name) && !unapproved.includes(name)) known.add(name)
  })
  return known
}

/** True when the set names the host at this port, or at any. */
function names(hosts: ReadonlySet<string>, host: string): boolean {
  return hosts.has(host) || hosts.has(host.replace(/:\d+$/, ''))
}

export function createApprovedHostStore(
  db: Db,
  settings: SettingStore,
  nowMs: () => number,
): ApprovedHostStore & HostApproval {
  let known: { atMs: number; hosts: ReadonlySet<string> } | undefined
  const byHand = async (): Promise<string[]> => {
    const value = await settings.get(key)
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  }
  const change = async (next: (hosts: string[]) => string[]): Promise<void> => {
    await settings.set(key, next(await byHand()))
    known = undefined
  }
  const readNamed = createNamed(db)
  let reading: Promise<void> | undefined
  const read = async (): Promise<void> => {
    const atMs = nowMs()
    known = { atMs, hosts: new Set([...(await byHand()), ...(await readNamed())]) }
  }
  /** One reading for all who ask meanwhile: after a start every camera asks at once. */
  const refresh = (): Promise<void> =>
    (reading ??= read().finally(() => {
      reading = undefined
    }))
  return guarded<ApprovedHostStore & HostApproval>('approved hosts', {
    list: async () => ({ byHand: await byHand(), named: await readNamed() }),
    add: async (text) => {
      const host = readHost(text)
      await change((hosts) => (hosts.includes(host) ? hosts : [...hosts, host].slice(-mostByHand).sort()))
    },
    remove: async (text) => {
      const host = readHost(text)
      await change((hosts) => hosts.filter((each) => each !== host))
    },
    unapproved: async (hosts) => {
      if (hosts.length === 0) return []
      const approved = new Set([...(await byHand()), ...(await readNamed())])
      const receivers = await readReceivers(
        db,
        hosts.filter((each) => each.startsWith(receiverMark)),
      )
      return hosts.filter((each) => (each.startsWith(receiverMark) ? !receivers.has(each) : !names(approved, each)))
    },
    isApproved: async (host, port) => {
      const has = (): boolean => known !== undefined && names(known.hosts, `${host}:${port}`)
      // A clock that was set back makes what is known stale as well.
      const ageMs = known ? Math.abs(nowMs() - known.atMs) : Infinity
      if (ageMs <= (has() ? keptForMs : missedForMs)) return has()
      // A reading that had begun before may not have seen what was saved since.
      const isLate = reading !== undefined
      // A database that is away or slow must not stop a stream that watches: what was approved before stays so meanwhile.
      const looked = refresh()
        .then(() => (isLate && !has() ? refresh() : undefined))
        .catch((error: unknown) => {
          if (!has()) throw error
        })
      looked.catch(() => undefined) // nobody may be waiting for it any more
      await (has() ? within(looked, { ms: patienceMs }, () => undefined) : looked)
      return has()
    },
  })
}
