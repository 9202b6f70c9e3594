// Pictures between processes through an UNLOGGED table, one row a channel, and a NOTIFY. Nothing here survives a crash, nor need it.
import { randomUUID } from 'node:crypto'
import { PostgresLink } from '../queue/index.ts'
import type { PictureRelayOptions, PictureRelayWire, PictureRelayWireEvents } from './picture-relay.ts'

const notifyChannel = 'heed_relay'
const askedAtOnce = 100
const sweepEvery = 100
const sweep = `DELETE FROM heed_live.picture WHERE at < now() - interval '1 minute'`

// Not a migration: pictures in flight are no part of the data, and the schema may be dropped at any time.
const setUp = `
  BEGIN;
  SELECT pg_advisory_xact_lock(hashtext('heed_live'));
  CREATE SCHEMA IF NOT EXISTS heed_live;
  CREATE UNLOGGED TABLE IF NOT EXISTS heed_live.picture (
    channel text PRIMARY KEY, sender text NOT NULL, jpeg bytea NOT NULL, at timestamptz NOT NULL
  );
  ALTER TABLE heed_live.picture ALTER COLUMN jpeg SET STORAGE EXTERNAL;
  COMMIT`
const put = `
  WITH put AS (
    INSERT INTO heed_live.picture (channel, sender, jpeg, at) VALUES ($1, $2, $3, now())
    ON CONFLICT (channel) DO UPDATE SET sender = excluded.sender, jpeg = excluded.jpeg, at = excluded.at RETURNING 1
  )
  SELECT pg_notify($4, $5) FROM put`

type Note = { f: string; asked?: string[]; picture?: string }

/** Fetches a channel's picture once at a time: what is asked for meanwhile is one more look at the newest. */
function newestOnly(fetchPicture: (channel: string) => Promise<void>): (channel: string) => Promise<void> {
  const fetching = new Map<string, { again: boolean }>()
  return async (channel) => {
    const busy = fetching.get(channel)
    if (busy) {
      busy.again = true
      return
    }
    const turn = { again: true }
    fetching.set(channel, turn)
    try {
      while (turn.again) {
        turn.again = false
        await fetchPicture(channel)
      }
    } finally {
      fetching.delete(channel)
    }
  }
}

/** The wire over Postgres. */
export async function openPostgresRelayWire(
  options: PictureRelayOptions & { random(): number },
  events: PictureRelayWireEvents,
): Promise<PictureRelayWire> {
  const id = randomUUID()
  const watched = new Set<string>()
  let sent = 0

  const fetchNewest = newestOnly(async (channel) => {
    const [row] = await link.query<{ jpeg: Buffer }>(
      'SELECT jpeg FROM heed_live.picture WHERE channel = $1 AND sender <> $2',
      [channel, id],
    )
    if (row) events.onPicture(channel, row.jpeg)
  })

  const link: PostgresLink = new PostgresLink({
    ...options,
    name: 'heed relay',
    channels: [notifyChannel],
    onNotification: (_channel, payload) => {
      const note = JSON.parse(payload) as Note
      if (note.f === id) return
      if (note.asked) events.onAsked(note.asked)
      // A picture that cannot be read now is followed by another one.
      if (note.picture !== undefined && watched.has(note.picture)) fetchNewest(note.picture).catch(() => undefined)
    },
    onConnect: async (connected) => {
      await connected.run(setUp)
      await connected.query(sweep)
    },
  })
  await link.ready(5_000)
  return {
    ask: async (channels) => {
      for (let start = 0; start < channels.length; start += askedAtOnce) {
        await link.query('SELECT pg_notify($1, $2)', [
          notifyChannel,
          JSON.stringify({ f: id, asked: channels.slice(start, start + askedAtOnce) } satisfies Note),
        ])
      }
    },
    send: async (channel, jpeg) => {
      await link.query(put, [
        channel,
        id,
        Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength),
        notifyChannel,
        JSON.stringify({ f: id, picture: channel } satisfies Note),
      ])
      if (++sent % sweepEvery === 0) await link.query(sweep)
    },
    watch: async (channel) => {
      watched.add(channel)
    },
    unwatch: async (channel) => {
      watched.delete(channel)
    },
    close: () => link.close(),
  }
}
