// A history as large as asked, written by the database itself: events of months, every second of the last hours, minutes of a week.
// For benchmarks; its words come as often as people would search for them: in half of all events, in one of a thousand, in one alone.
import pg from 'pg'

export interface Filled {
  flows: string[]
  streams: string[]
  /** Of the newest and the oldest event. */
  toMs: number
  fromMs: number
  seconds: number
}

const days = 80
const camerasOfFlow = 2
const secondsKept = 3 * 3600
const minutesKept = 7 * 1440

/** How often each word comes, beside what every sentence is made of. */
export const words = {
  half: 'person',
  hundredth: 'fallen',
  thousandth: 'wheelchair',
  hundredThousandth: 'umbrella',
  chineseTenth: '厨房',
  chineseTenThousandth: '摔倒',
} as const

const text = `case
    when n % 10000 = 3 then '老人在浴室' || '${words.chineseTenThousandth}' || '了，第' || n || '次。'
    when n % 10 = 3 then '有人在${words.chineseTenth}里走动，第' || n || '次。'
    else (array['A ${words.half}', 'A cat', 'Somebody', 'A ${words.half} with a bag', 'The postman', 'A ${words.half} in a red coat'])[1 + n % 6]
      || (array[' walks', ' stands', ' sits', ' waits', ' opens the window', ' has put something down', ' leaves'])[1 + n % 7]
      || (array[' in the kitchen', ' at the door', ' on the stairs', ' in the garden', ' beside the armchair', ' in the hall',
        ' near the bed', ' at the gate', ' by the window', ' on the sofa', ' in the yard'])[1 + n % 11]
      || case when n % 100 = 7 then ' and has ${words.hundredth}' else '' end
      || case when n % 1000 = 11 then ', a ${words.thousandth} beside' else '' end
      || case when n % 100000 = 21 then ', under an ${words.hundredThousandth}' else '' end
      || ', number ' || n || '.' end`

/** Rows n1 to n2 of `count`, the first one the oldest. */
const insertEvents = `
  insert into events (id, kind, flow_id, revision, stream_id, node, tick, at, media_time_s, text, fields, has_frame, alert, incident,
    acknowledged_at, acknowledged_by, verdict, trace)
  select stream || '-1-' || n || '-model-response-0',
    (array['response.given', 'response.given', 'response.given', 'response.given', 'response.given', 'notification.delivered',
      'notification.delivered', 'delegation.made', 'answer.received', 'stream.lost', 'stream.resumed'])[1 + n % 11],
    flow, 1, stream, 'model', n, $3::timestamptz + n * $4::float8 * interval '1 second', n, ${text}, '{}', n % 3 = 0, n % 50 = 7,
    case when n % 50 = 7 then stream || '-1-' || (n - n % 400) || '-model-response-0' end,
    case when n % 50 = 7 and n % 100000 <> 7 then $3::timestamptz + (n * $4::float8 + 60) * interval '1 second' end,
    case when n % 50 = 7 and n % 100000 <> 7 then 'owner' end,
    case when n % 50 = 7 then case when n % 1000 = 7 then 'wrong' when n % 150 = 7 then 'right' end end, '[]'
  from (select n, ($5::text[])[1 + n % $7::int] as flow, ($6::text[])[1 + n % $8::int] as stream
    from generate_series($1::bigint, $2::bigint) as n) as rows`

const insertSeconds = `
  insert into decisions (flow_id, stream_id, run, tick, node, at, media_time_s, action, reason, text, latency_ms, frame_kind,
    visual_tokens, full_rate_tokens, seconds)
  select ($1::text[])[1 + (s - 1) % $5::int], ($2::text[])[s], 1, n, 'model', $3::timestamptz - ($4::int - n) * interval '1 second', n,
    case when n % 97 = 0 then 'response' else 'silence' end, case when n % 60 < 5 then 'duplicate' else 'model' end, '', 40, 'P', 60, 240, 1
  from generate_series(1, cardinality($2::text[])) as s, generate_series(1, $4::int) as n`

const insertMinutes = `
  insert into decision_minutes (flow_id, stream_id, minute, node, action, reason, times, seconds)
  select ($1::text[])[1 + (s - 1) % $5::int], ($2::text[])[s], date_trunc('minute', $3::timestamptz) - n * interval '1 minute', 'model',
    action, reason, 20, 20
  from generate_series(1, cardinality($2::text[])) as s, generate_series(1, $4::int) as n,
    (values ('silence', 'model'), ('silence', 'duplicate'), ('response', 'model')) as kinds (action, reason)`

/** Streams that are not running, so that nothing else happens meanwhile. */
async function makeStreams(client: pg.Client, flows: readonly string[], nowMs: number): Promise<string[]> {
  const at = new Date(nowMs).toISOString()
  const streams: string[] = []
  for (const flow of flows)
    await client.query(
      `insert into deployments (id, flow_id, revision, plan, deployed_at, stopped_at) values ($1, $2, 1, '{"streams":[]}', $3, $3)`,
      [`${flow}-deployment`, flow, at],
    )
  for (let camera = 0; camera < camerasOfFlow; camera++)
    for (const flow of flows) {
      const id = `${flow}-cam${camera}`
      streams.push(id)
      await client.query(
        `insert into streams (id, flow_id, deployment_id, source, run, generation, wanted, state, tick, media_time_s, ended_at)
         values ($1, $2, $3, $4, 1, 1, false, 'stopped', 1, 1, $5)`,
        [id, flow, `${flow}-deployment`, `cam${camera}`, at],
      )
    }
  return streams
}

const quick = `set session_replication_role = replica; set maintenance_work_mem = '1GB'; set synchronous_commit = off`
const portion = 250_000

/** Two connections, each taking the next piece of work. */
async function byTwo<T>(url: string, work: readonly T[], does: (client: pg.Client, piece: T) => Promise<void>) {
  const left = [...work]
  const one = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(quick)
      for (let piece = left.shift(); piece !== undefined; piece = left.shift()) await does(client, piece)
    } finally {
      await client.end()
    }
  }
  await Promise.all([one(), one()])
}

/** Into an empty, migrated database with these flows in it. Indexes are built once all is there: a tenth of the time. */
export async function fillHistory(
  url: string,
  { count, flows, nowMs, said }: { count: number; flows: string[]; nowMs: number; said(words: string): void },
): Promise<Filled> {
  const startedMs = Date.now()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(quick)
    const streams = await makeStreams(client, flows, nowMs)
    const { rows: indexes } = await client.query<{ name: string; made: string }>(
      `select indexname as name, indexdef as made from pg_indexes where schemaname = 'public' and tablename = 'events' and indexname <> 'events_pkey'`,
    )
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    const spanS = days * 86_400
    const startMs = nowMs - spanS * 1000
    const after = (what: string): void => said(`${what} after ${Math.round((Date.now() - startedMs) / 1000)} s`)
    const portions = Array.from({ length: Math.ceil(count / portion) }, (_unused, nth) => nth * portion + 1)
    await byTwo(url, portions, async (own, n) => {
      const till = Math.min(count, n + portion - 1)
      const began = [n, till, new Date(startMs).toISOString(), spanS / count]
      await own.query(insertEvents, [...began, flows, streams, flows.length, streams.length])
      after(`up to ${till} events`)
    })
    await byTwo(url, indexes, async (own, { name, made }) => {
      await own.query(made)
      after(`${name} built`)
    })
    const till = new Date(nowMs).toISOString()
    await client.query(insertSeconds, [flows, streams, till, secondsKept, flows.length])
    await client.query(insertMinutes, [flows, streams, till, minutesKept, flows.length])
    await client.query('vacuum analyze')
    return { flows, streams, fromMs: startMs, toMs: nowMs, seconds: (Date.now() - startedMs) / 1000 }
  } finally {
    await client.end()
  }
}
