// `GET /api/health`: can this Heed do its job? Strangers learn yes or no; what is wrong, and the version, is for who is known.
// Never shows an address, a name or a secret.
import type { Request, Router } from 'express'
import type { ApiDeps } from './api-deps.ts'
import type { Gate } from './gate.ts'
import { hashToken, readSignInToken } from '../accounts/index.ts'
import { within } from '../time-limit.ts'

interface Check {
  ok: boolean
  [fact: string]: unknown
}

const timeoutMs = 1000

/** The check's own facts, or `ok: false` when it throws or takes longer than a second. */
function factsOf(check: Promise<Check>, failure: string): Promise<Check> {
  return within(
    check.catch((): Check => ({ ok: false, detail: `${failure}.` })),
    { ms: timeoutMs },
    () => ({ ok: false, detail: `${failure} within ${timeoutMs / 1000} s.` }),
  )
}

async function checkStreams(deps: ApiDeps): Promise<Check> {
  const counts = await deps.deployments.counts()
  return { ok: counts.degraded === 0 && counts.running >= counts.wanted, ...counts }
}

/** Whom flows cannot reach is as bad as a camera that is away: an alert that nobody gets. */
async function checkReceivers(deps: ApiDeps): Promise<Check> {
  const inTrouble = await deps.deployments.receiversInTrouble()
  const detail =
    inTrouble === 1
      ? 'One card cannot reach whom it tells; it says why.'
      : `${inTrouble} cards cannot reach whom they tell; each says why.`
  return {
    ok: inTrouble === 0,
    inTrouble,
    ...(inTrouble > 0 ? { detail } : {}),
  }
}

/** 200 while streams and actions can run; 503 when the database or the queue cannot. */
export function addHealthRoutes(api: Router, deps: ApiDeps, { identify }: Pick<Gate, 'identify'>): void {
  const isKnown = createAcquaintance(identify)
  api.get('/health', async (request, response) => {
    const [database, queue, streams, receivers, isFriend] = await Promise.all([
      factsOf(
        deps.pingDatabase().then(({ trouble, ...found }) => ({
          ok: trouble === undefined,
          ...found,
          ...(trouble ? { detail: trouble } : {}),
        })),
        'The database does not answer',
      ),
      factsOf(deps.streams.isHealthy(), 'The queue does not answer'),
      factsOf(checkStreams(deps), 'The state of the streams cannot be read'),
      factsOf(checkReceivers(deps), 'Who is not reached cannot be read'),
      isKnown(request),
    ])
    const spill = deps.spill()
    const isWorking = database.ok && queue.ok
    const status = isWorking && streams.ok && receivers.ok && spill.ok ? 'ok' : 'degraded'
    const facts = isFriend ? { version: deps.version, checks: { database, queue, streams, receivers, spill } } : {}
    response.status(isWorking ? 200 : 503).json({ status, ...facts })
  })
}

/** Sessions whose owner asked lately. Those are read from the database, and its trouble is what they want to hear of. */
const mostRemembered = 100

function createAcquaintance(identify: Gate['identify']): (request: Request) => Promise<boolean> {
  const met = new Set<string>()
  return async (request) => {
    const token = readSignInToken(request)
    const session = token === undefined ? undefined : hashToken(token)
    const caller = await within(
      identify(request).catch(() => 'late' as const),
      { ms: timeoutMs },
      () => 'late' as const,
    )
    if (caller === 'late') return session !== undefined && met.has(session)
    if (caller?.signIn === undefined) {
      if (session !== undefined) met.delete(session)
      return caller !== undefined
    }
    if (met.size >= mostRemembered) met.clear()
    met.add(caller.signIn)
    return true
  }
}
