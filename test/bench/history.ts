// What looking back costs over HTTP once there is very much of it: pages, filters, words, counts, the timeline, a file to take away. The
// real product on a database of its own; HEED_BENCH_EVENTS says how many events, a million unless it does.
import { loadavg } from 'node:os'
import { startEmbedded } from '../../runtime/database/index.ts'
import { fillHistory, words, type Filled } from '../support/fill-history.ts'
import { makeDataDir, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { percentile, type Row } from './row.ts'

const rounds = 40
const targetMs = 100
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
// Nothing here must survive a power cut; what is read from costs the same.
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_wal_size: '8GB' }

/** The same every time. */
function dice(): () => number {
  let seed = 20_261_128
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
}

type Ask = (throwDice: () => number) => string

/** What is asked, by what a person does. */
function asksOf({ flows, streams, fromMs, toMs }: Filled, count: number): Record<string, Ask> {
  const some = (list: readonly string[], share: number): string => list[Math.floor(share * list.length)] ?? ''
  const iso = (ms: number): string => new Date(ms).toISOString()
  const moment = (share: number): number => fromMs + share * (toMs - fromMs)
  const cursor = (share: number): string => Buffer.from(JSON.stringify([iso(moment(share)), 'z'])).toString('base64url')
  const list = (query: Record<string, string>): string =>
    `/api/events?${new URLSearchParams({ limit: '50', ...query })}`
  const day = (share: number): Record<string, string> => {
    const from = moment(share * 0.98)
    return { from: iso(from), to: iso(from + 86_400_000) }
  }
  const line = (spanS: number, of: Record<string, string> = {}): string =>
    `/api/timeline?${new URLSearchParams({ from: iso(toMs - spanS * 1000), to: iso(toMs), steps: '300', ...of })}`
  return {
    'the newest page': () => list({}),
    'a page anywhere': (d) => list({ cursor: cursor(d()) }),
    'of a flow': (d) => list({ flow: some(flows, d()), cursor: cursor(d()) }),
    'of a camera': (d) => list({ stream: some(streams, d()), cursor: cursor(d()) }),
    'of a kind': (d) => list({ kind: 'stream.lost', cursor: cursor(d()) }),
    'of a kind in a flow': (d) => list({ kind: 'answer.received', flow: some(flows, d()), cursor: cursor(d()) }),
    'of three kinds': (d) => list({ kind: 'response.given,answer.received,stream.lost', cursor: cursor(d()) }),
    'of one day': (d) => list(day(d())),
    'of one day in a flow': (d) => list({ ...day(d()), flow: some(flows, d()) }),
    alerts: (d) => list({ only: 'alerts', cursor: cursor(d()) }),
    'open incidents': () => list({ only: 'incidents' }),
    'the badge': () => '/api/events?only=unseen&limit=1',
    'false alarms': (d) => list({ verdict: 'wrong', cursor: cursor(d()) }),
    'false alarms of a flow': (d) => list({ verdict: 'wrong', flow: some(flows, d()) }),
    'a word of every second event': (d) => list({ q: words.half, cursor: cursor(d()) }),
    'a word of one in 100': (d) => list({ q: words.hundredth, cursor: cursor(d()) }),
    'a word of one in 1,000': () => list({ q: words.thousandth }),
    'a word of one in 100,000': () => list({ q: words.hundredThousandth }),
    'a number that comes once': (d) => list({ q: String(Math.ceil(d() * count)) }),
    'a word that never comes': () => list({ q: 'elephant' }),
    'two words that come together seldom': () => list({ q: `${words.hundredth} ${words.hundredThousandth}` }),
    'two words that come together often': () => list({ q: `${words.half} kitchen` }),
    'a word of one in 100 in a flow': (d) => list({ q: words.hundredth, flow: some(flows, d()) }),
    'a word of one in 1,000 on one day': (d) => list({ q: words.thousandth, ...day(d()) }),
    'a word among alerts': () => list({ q: words.hundredth, only: 'alerts' }),
    'Chinese in one of 10': () => list({ q: words.chineseTenth }),
    'Chinese in one of 10,000': () => list({ q: words.chineseTenThousandth }),
    'Chinese in a flow': (d) => list({ q: words.chineseTenth, flow: some(flows, d()) }),
    'precision of all flows': () => '/api/precision',
    'one event': (d) => {
      const n = Math.ceil(d() * count)
      return `/api/events/${encodeURIComponent(`${streams[n % streams.length]}-1-${n}-model-response-0`)}`
    },
    'the picture nearest to a moment': (d) =>
      `/api/streams/${some(streams, d())}/pictures/nearest?at=${encodeURIComponent(iso(moment(d())))}`,
    'timeline of a minute, all cameras': () => line(60),
    'timeline of 10 minutes, all cameras': () => line(600),
    'timeline of an hour, all cameras': () => line(3600),
    'timeline of an hour, one camera': (d) => line(3600, { stream: some(streams, d()) }),
    'timeline of 6 hours, all cameras': () => line(21_600),
    'timeline of a day, all cameras': () => line(86_400),
    'timeline of a week, all cameras': () => line(604_800),
    'timeline of a week, one camera': (d) => line(604_800, { stream: some(streams, d()) }),
  }
}

const headers = { authorization: `Bearer ${testToken}` }

async function timeOf(url: string): Promise<number> {
  const startedMs = performance.now()
  const answer = await fetch(url, { headers })
  const body = await answer.text()
  if (answer.status >= 300 && answer.status !== 404) throw new Error(`${url} answered ${answer.status}: ${body}`)
  return performance.now() - startedMs
}

/** Until something comes; the rest is not waited for. */
async function timeToFirstByte(url: string): Promise<number> {
  const leave = new AbortController()
  const startedMs = performance.now()
  const answer = await fetch(url, { headers, signal: leave.signal })
  await answer.body?.getReader().read()
  const ms = performance.now() - startedMs
  leave.abort()
  return ms
}

function rowOf(what: string, times: readonly number[]): Row {
  return {
    area: 'history',
    what,
    value: percentile(times, 0.95),
    unit: 'ms',
    beside: `median ${Math.round(percentile(times, 0.5))} ms, worst ${Math.round(Math.max(...times))} ms`,
    target: `p95 under ${targetMs} ms`,
  }
}

export async function measure(product: Product, filled: Filled, count: number): Promise<Row[]> {
  const throwDice = dice()
  const rows: Row[] = []
  for (const [what, ask] of Object.entries(asksOf(filled, count))) {
    // Not counted: what the first of its kind has to read from the disk.
    await timeOf(product.url + ask(throwDice))
    const times: number[] = []
    for (let round = 0; round < rounds; round++) times.push(await timeOf(product.url + ask(throwDice)))
    rows.push(rowOf(what, times))
    process.stderr.write(`  ${what}: ${Math.round(percentile(times, 0.95))} ms\n`)
  }
  const files: number[] = []
  for (let round = 0; round < 10; round++)
    files.push(await timeToFirstByte(`${product.url}/api/events/export?form=csv`))
  return [...rows, rowOf('a file of all events, until it begins', files)]
}

export async function benchHistory(): Promise<Row[]> {
  const count = Number(process.env['HEED_BENCH_EVENTS'] ?? 1_000_000)
  const [dataDir, databaseDir] = [makeDataDir(), makeDataDir()]
  const database = await startEmbedded({ dataDir: databaseDir, log, settings, initdbFlags: ['--no-sync'] })
  const start = (): Promise<Product> => startProduct({ dataDir, env: { DATABASE_URL: database.url } })
  let product = await start()
  try {
    const flows: string[] = []
    for (let n = 0; n < 20; n++) {
      const document = { format: 'heed.flow/1', name: `Flow ${n}`, nodes: [], wires: [] }
      flows.push((await product.request<{ id: string }>('POST', '/api/flows', document)).body.id)
    }
    // Whoever is writing does not wait for indexes being built.
    await product.stop()
    const said = (what: string): void => void process.stderr.write(`  ${what}\n`)
    const filled = await fillHistory(database.url, { count, flows, nowMs: Date.now(), said })
    product = await start()
    const rows = await measure(product, filled, count)
    const [load = 0] = loadavg()
    return rows.map((row, nth) =>
      nth > 0
        ? row
        : { ...row, beside: `${row.beside}; ${count / 1e6} million events, machine load ${load.toFixed(1)}` },
    )
  } finally {
    await product.stop()
    await database.stop()
    removeFolder(dataDir)
    removeFolder(databaseDir)
  }
}
