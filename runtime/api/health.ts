// `GET /api/health`: can this Heed do its job? Strangers learn yes or no; what is wrong, and the version, is for who is known.
// Never shows an address, a name or a secret.
import type { Request, Router } from 'express'
import type { ApiDeps } from './deps.ts'
import type { Gate } from './gate.ts'

interface Check {
  ok: boolean
  [fact: string]: unknown
}

const timeoutMs = 1000

/** The check's own facts, or `ok: false` when it throws or takes longer than a second. */
async function within(check: Promise<Check>, failure: string): Promise<Check> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: `${failure} within ${timeoutMs / 1000} s.` }), timeoutMs)
  })
  const found = check.catch((): Check => ({ ok: false, detail: `${failure}.` }))
  try {
    return await Promise.race([found, late])
  } finally {
    clearTimeout(timer)
  }
}

async function checkStreams(deps: ApiDeps): Promise<Check> {
  const counts = await deps.deployments.counts()
  return { ok: counts.degraded === 0 && counts.running >= counts.wanted, ...counts }
}

/** 200 while streams and actions can run; 503 when the database or the queue cannot. */
export function addHealthRoutes(api: Router, deps: ApiDeps, { identify }: Pick<Gate, 'identify'>): void {
  api.get('/health', async (request, response) => {
    const [database, queue, streams] = await Promise.all([
      within(
        deps.pingDatabase().then(({ trouble, ...found }) => ({
          ok: trouble === undefined,
          ...found,
          ...(trouble ? { detail: trouble } : {}),
        })),
        'The database does not answer',
      ),
      within(deps.streams.isHealthy(), 'The queue does not answer'),
      within(checkStreams(deps), 'The state of the streams cannot be read'),
    ])
    const isWorking = database.ok && queue.ok
    const status = isWorking && streams.ok ? 'ok' : 'degraded'
    const facts = (await isKnown(identify, request))
      ? { version: deps.version, checks: { database, queue, streams } }
      : {}
    response.status(isWorking ? 200 : 503).json({ status, ...facts })
  })
}

/** A session is read from the database: while that is away, or hangs, who has only a cookie is a stranger. */
async function isKnown(identify: Gate['identify'], request: Request): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  try {
    return (await Promise.race([identify(request).catch(() => undefined), late])) !== undefined
  } finally {
    clearTimeout(timer)
  }
}
