// `npx heed rehearse FLOW… --clips CLIP…`: rehearses flows and says by its exit code whether they did what their tests ask for: 0 yes, 1 no or not seen,
// 2 not asked rightly or nobody answered. Against a Heed that runs, or one of its own that is gone afterwards.
import { randomBytes } from 'node:crypto'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { toError } from '../nodes/contract/errors.ts'
import { listenForStop } from './process.ts'
import {
  hasPassed,
  joinSuites,
  readArguments,
  tableOf,
  usage,
  type RehearseArguments,
  type Rehearsed,
} from './rehearsals/index.ts'

const pollMs = 300
const startMs = 120_000

/** How long a Heed may be away in the middle: it goes on with the rehearsal when it is back. */
const awayMs = 120_000

class Refused extends Error {}
/** Nobody answers, or not now. */
class Away extends Refused {}

interface Heed {
  /** `body`: a document, or the bytes of a file. */
  call<T>(method: string, path: string, body?: unknown, accept?: string): Promise<T>
}

function heedAt(url: string, token: string | undefined): Heed {
  return {
    call: async <T>(method: string, path: string, body?: unknown, accept = 'application/json') => {
      const headers = {
        accept,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }
      const sent = body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
      const init = { method, headers, ...(body === undefined ? {} : { body: sent }) }
      const response = await fetch(new URL(path, url), init).catch((error: unknown) => {
        throw new Away(`Nobody answers at ${url}: ${toError(error).message}. Start Heed, or leave --url out.`)
      })
      const text = await response.text()
      if (!response.ok) {
        const words = refusalIn(text) ?? `${method} ${path} was answered with ${response.status}.`
        throw response.status >= 500 ? new Away(words) : new Refused(words)
      }
      return (accept === 'application/json' ? (text === '' ? null : JSON.parse(text)) : text) as T
    },
  }
}

function refusalIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; problems?: { message: string }[] } }
    const more = (error?.problems ?? []).map(({ message }) => `\n- ${message}`).join('')
    return error?.message === undefined ? undefined : error.message + more
  } catch {
    return undefined
  }
}

/** A Heed of its own in a folder that is gone afterwards; `clips` are files of this machine. */
async function startOwn(clips: readonly string[]): Promise<{ heed: Heed; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'heed-rehearse-'))
  const token = randomBytes(24).toString('base64url')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = fork(join(import.meta.dirname, 'server.ts'), [], {
    env: {
      ...process.env,
      HEED_DATA_DIR: dataDir,
      HEED_HOST: '127.0.0.1',
      HEED_PORT: String(port),
      HEED_PUBLIC_URL: url,
      HEED_TOKEN: token,
      HEED_LOG_LEVEL: 'error',
      HEED_MEDIA_DIRS: [...new Set(clips.map((clip) => dirname(resolve(clip))))].join(delimiter),
      // Nothing of a Heed that runs here besides is touched.
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const heed = heedAt(url, token)
  const stop = async (): Promise<void> => {
    await endChild(child)
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await untilReady(child, heed)
    return { heed, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolved) => server.listen(0, '127.0.0.1', resolved))
  const { port } = server.address() as AddressInfo
  await new Promise((resolved) => server.close(resolved))
  return port
}

async function untilReady(child: ChildProcess, heed: Heed): Promise<void> {
  for (const began = performance.now(); performance.now() - began < startMs; await sleep(pollMs)) {
    if (child.exitCode !== null)
      throw new Refused('The Heed for this rehearsal could not start; the lines above say why.')
    if (
      await heed.call('GET', '/api/flows').then(
        () => true,
        () => false,
      )
    )
      return
  }
  throw new Refused(`The Heed for this rehearsal was not ready within ${startMs / 1000} s.`)
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolved) => child.once('exit', resolved))
  child.kill('SIGTERM')
  const killed = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(killed)
}

/** A flow by its id or name, or out of a file: then `mine` says that it is there for this rehearsal alone. */
async function findFlow(heed: Heed, named: string): Promise<{ id: string; mine: boolean }> {
  const file = await stat(named).then(
    (found) => found.isFile(),
    () => false,
  )
  if (file) {
    const bytes = await readFile(named)
    const { flow } = await heed.call<{ flow: { id: string } }>('POST', '/api/flows/import', bytes)
    return { id: flow.id, mine: true }
  }
  const { flows } = await heed.call<{ flows: { id: string; name: string }[] }>('GET', '/api/flows')
  const found = flows.filter(({ id, name }) => id === named || name === named)
  const [only] = found
  if (only && found.length === 1) return { id: only.id, mine: false }
  throw new Refused(
    found.length > 1
      ? `Several flows are called "${named}"; say which by its id.`
      : `There is no flow and no file "${named}".`,
  )
}

async function rehearse(
  heed: Heed,
  named: string,
  { clips, connection, askAgents, isOwn }: RehearseArguments & { isOwn: boolean },
  signal: AbortSignal,
): Promise<Rehearsed> {
  const { id, mine } = await findFlow(heed, named)
  try {
    const body = {
      ...(clips.length > 0 ? { clips: clips.map((clip) => (isOwn ? resolve(clip) : clip)) } : {}),
      ...(connection === undefined ? {} : { connection }),
      askAgents,
    }
    const begun = await heed.call<{ rehearsal: { id: string } }>('POST', `/api/flows/${id}/rehearsals`, body)
    const path = `/api/rehearsals/${begun.rehearsal.id}`
    const view = await untilEnded(heed, path, signal)
    return { flow: named, view, junit: await heed.call('GET', path, undefined, 'application/xml') }
  } finally {
    if (mine) await heed.call('DELETE', `/api/flows/${id}`).catch(() => undefined)
  }
}

async function untilEnded(heed: Heed, path: string, signal: AbortSignal): Promise<Rehearsed['view']> {
  for (let heardMs = performance.now(); ; await sleep(pollMs, undefined, { signal }).catch(() => undefined)) {
    if (signal.aborted) {
      await heed.call('POST', `${path}/cancel`, {}).catch(() => undefined)
      throw new Refused('The rehearsal was ended before it was done.')
    }
    try {
      const view = await heed.call<Rehearsed['view']>('GET', path)
      if (view.state !== 'running') return view
      heardMs = performance.now()
    } catch (error) {
      if (!(error instanceof Away) || performance.now() - heardMs > awayMs) throw error
    }
  }
}

async function main(): Promise<number> {
  const read = readArguments(process.argv.slice(2), process.env)
  if (typeof read === 'string') {
    process.stderr.write(`${read}\n\n${usage}\n`)
    return 2
  }
  const asked = new AbortController()
  // What was begun is taken back first: the rehearsal, the flow that was sent, the Heed of its own.
  void listenForStop().then(() => asked.abort())
  const own = read.url === undefined ? await startOwn(read.clips) : undefined
  const heed = own?.heed ?? heedAt(read.url ?? '', read.token)
  try {
    const done: Rehearsed[] = []
    for (const flow of read.flows) {
      const rehearsed = await rehearse(heed, flow, { ...read, isOwn: own !== undefined }, asked.signal)
      done.push(rehearsed)
      process.stdout.write(`${tableOf(rehearsed)}\n`)
    }
    if (read.junit !== undefined) await writeFile(read.junit, joinSuites(done))
    if (read.json !== undefined)
      await writeFile(
        read.json,
        `${JSON.stringify(
          done.map(({ flow: named, view }) => ({ named, ...view })),
          null,
          2,
        )}\n`,
      )
    return done.every(({ view }) => hasPassed(view)) ? 0 : 1
  } finally {
    await own?.stop()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main()
  } catch (error) {
    process.stderr.write(`${toError(error).message}\n`)
    process.exitCode = 2
  }
}
