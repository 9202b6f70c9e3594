// Every table of Heed. A change here needs a migration from drizzle-kit, read by a person, first line `-- safe` or `-- breaking`.
// Drizzle cannot say `partition by`: the migration that makes `decisions` does.
import { sql } from 'drizzle-orm'
import {
  bigserial,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import type { Receipt } from '../../nodes/contract/events.ts'
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import type { DecisionAction, Message, Reason, StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import type { Author, Flow } from '../../nodes/contract/flow.ts'
import type { Plan } from '../../nodes/contract/plan.ts'

/** To the millisecond. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })

export const flows = pgTable('flows', {
  id: text('id').primaryKey(),
  /** The newest one. */
  revision: integer('revision').notNull(),
  /** What came with an import and waits for the owner's yes: `host:port`, `to <receiver>`, `run <connection>`. */
  unapprovedHosts: json('unapproved_hosts').$type<string[]>().notNull().default([]),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
})

// `json`, not `jsonb`: a document comes back with its keys in the order they were saved.
export const flowRevisions = pgTable(
  'flow_revisions',
  {
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    document: json('document').$type<Flow>().notNull(),
    savedAt: instant('saved_at').notNull(),
    /** What a person calls it; one with a name is kept. */
    title: text('title'),
    savedBy: json('saved_by').$type<Author>(),
  },
  (table) => [primaryKey({ columns: [table.flowId, table.revision] })],
)

/** User names and passwords out of URLs; `scope` is `flow:<id>` or `connection:<name>`. */
export const urlCredentials = pgTable(
  'url_credentials',
  {
    scope: text('scope').notNull(),
    node: text('node').notNull(),
    field: text('field').notNull(),
    host: text('host').notNull(),
    sealed: text('sealed').notNull(),
    savedAt: instant('saved_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.node, table.field, table.host] })],
)

export const deployments = pgTable(
  'deployments',
  {
    id: text('id').primaryKey(),
    /** The highest of a flow is the present one; a clock may be set back. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    /** Never changed once written. */
    plan: json('plan').$type<Plan>().notNull(),
    deployedAt: instant('deployed_at').notNull(),
    stoppedAt: instant('stopped_at'),
  },
  (table) => [index('deployments_flow').on(table.flowId, table.seq)],
)

export const streams = pgTable(
  'streams',
  {
    id: text('id').primaryKey(),
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    source: text('source').notNull(),
    run: integer('run').notNull(),
    generation: integer('generation').notNull(),
    /** It should be running now. */
    wanted: boolean('wanted').notNull(),
    state: text('state').$type<StreamState>().notNull(),
    reason: text('reason'),
    status: json('status').$type<StreamStatus>(),
    tick: integer('tick').notNull(),
    mediaTimeS: doublePrecision('media_time_s').notNull(),
    /** Last sign of life of its worker. */
    seenAt: instant('seen_at'),
    /** Set when its session has ended: nothing more may be written by this run. */
    endedAt: instant('ended_at'),
    /** The worker whose session has it open, of whichever run, until `heldUntil` by the database's clock. */
    holder: text('holder'),
    heldUntil: instant('held_until'),
  },
  (table) => [index('streams_flow').on(table.flowId), index('streams_deployment').on(table.deploymentId)],
)

export const nodeStates = pgTable(
  'node_states',
  {
    streamId: text('stream_id')
      .notNull()
      .references(() => streams.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    run: integer('run').notNull(),
    tick: integer('tick').notNull(),
    state: json('state').$type<unknown>().notNull(),
    /** Of which type and version of node it is, `cooldown@2`; null for what is no node's, and before this was kept. */
    of: text('of'),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.node] })],
)

export const decisions = pgTable(
  'decisions',
  {
    flowId: text('flow_id').notNull(),
    streamId: text('stream_id').notNull(),
    run: integer('run').notNull(),
    tick: integer('tick').notNull(),
    node: text('node').notNull(),
    at: instant('at').notNull(),
    mediaTimeS: doublePrecision('media_time_s').notNull(),
    action: text('action').$type<DecisionAction>().notNull(),
    reason: text('reason').$type<Reason>().notNull(),
    text: text('text').notNull(),
    question: text('question'),
    latencyMs: doublePrecision('latency_ms').notNull(),
    frameKind: text('frame_kind').$type<'I' | 'P'>().notNull(),
    visualTokens: integer('visual_tokens').notNull(),
    fullRateTokens: integer('full_rate_tokens').notNull(),
    /** Unknown for rows of versions that did not say. */
    seconds: integer('seconds'),
    late: boolean('late').notNull().default(false),
  },
  (table) => [
    // A partitioned table's key must hold the column it is partitioned by; a second try of a tick has the same `at`.
    primaryKey({ columns: [table.streamId, table.run, table.tick, table.node, table.at] }),
    index('decisions_flow_at').on(table.flowId, table.at),
    // One stream's timeline out of a flow with many.
    index('decisions_stream_at').on(table.streamId, table.at),
  ],
)

/** Templates that were saved here; those that come with Heed are files. */
export const templates = pgTable('templates', {
  id: text('id').primaryKey(),
  version: integer('version').notNull(),
  /** As a template file has it; the version counts here, not in it. */
  template: json('template').$type<Record<string, unknown>>().notNull(),
  savedAt: instant('saved_at').notNull(),
})

/** Whose turn it is to speak in a queue of sentences, for all workers together. */
export const voiceTurns = pgTable('voice_turns', {
  queue: text('queue').primaryKey(),
  /** The action that speaks; a lease, so that a worker that dies does not silence the queue. */
  holder: text('holder'),
  heldUntil: instant('held_until').notNull(),
  /** When what was said so far has been said. */
  freeAt: instant('free_at').notNull(),
})

/** Browsers that asked for Web Push; the keys are sealed. */
export const pushSubscriptions = pgTable('push_subscriptions', {
  endpoint: text('endpoint').primaryKey(),
  sealed: text('sealed').notNull(),
  label: text('label').notNull(),
  createdAt: instant('created_at').notNull(),
})

/** `cancelling`: its next try, or the one that runs, only says that a person wants it no more. */
export type ActionState = 'pending' | 'queued' | 'running' | 'retrying' | 'cancelling' | 'delivered' | 'failed'

/** Actions are the outbox and the deliveries at once: one row tells what to do and how it went. */
export const actions = pgTable(
  'actions',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    eventId: text('event_id').notNull(),
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    streamId: text('stream_id').notNull(),
    run: integer('run').notNull(),
    node: text('node').notNull(),
    port: text('port').notNull(),
    message: json('message').$type<Message>().notNull(),
    state: text('state').$type<ActionState>().notNull(),
    attempts: integer('attempts').notNull(),
    detail: text('detail').notNull(),
    /** Why it ended otherwise than its state says, or what went wrong: an error's code, `SPEECH_DROPPED`; null when nothing is to be said. */
    code: text('code'),
    phase: text('phase').notNull().default(''),
    dueAt: instant('due_at'),
    /** Of one that failed: when a person said that it need not be sent any more. */
    settledAt: instant('settled_at'),
    createdAt: instant('created_at').notNull(),
    /** Last sign of life. */
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    index('actions_open')
      .on(table.seq)
      .where(sql`state not in ('delivered', 'failed')`),
    index('actions_event').on(table.eventId),
    index('actions_flow').on(table.flowId),
    index('actions_deployment').on(table.deploymentId),
    index('actions_updated').on(table.updatedAt),
    index('actions_failed')
      .on(table.updatedAt, table.id)
      .where(sql`state = 'failed' and settled_at is null`),
  ],
)

/** How to find again what an action told somebody, to correct it in place: ids that its channel gave, no secrets. */
export const receipts = pgTable(
  'receipts',
  {
    actionId: text('action_id')
      .primaryKey()
      .references(() => actions.id, { onDelete: 'cascade' }),
    flowId: text('flow_id').notNull(),
    node: text('node').notNull(),
    /** The event that was told of. */
    about: text('about').notNull(),
    receipt: json('receipt').$type<Receipt>().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('receipts_about').on(table.about)],
)

/** Whom a node of a deployment cannot reach: nobody answers there, or it is gone for good and nothing more is sent. */
export const receiverTroubles = pgTable(
  'receiver_troubles',
  {
    deploymentId: text('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    /** A host, or the name of a connection. */
    receiver: text('receiver').notNull(),
    state: text('state').$type<'silent' | 'gone'>().notNull(),
    since: instant('since').notNull(),
    /** When somebody looks again; null where only a person can help. */
    retryAt: instant('retry_at'),
    text: text('text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.deploymentId, table.node] })],
)

/** Used-up rows stay for a day, so that a second try of their sender adds nothing. */
export const inputs = pgTable(
  'inputs',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    streamId: text('stream_id')
      .notNull()
      .references(() => streams.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    port: text('port').notNull(),
    message: json('message').$type<Message>().notNull(),
    createdAt: instant('created_at').notNull(),
    consumedAt: instant('consumed_at'),
  },
  (table) => [
    index('inputs_waiting')
      .on(table.streamId, table.seq)
      .where(sql`consumed_at is null`),
    index('inputs_created').on(table.createdAt),
  ],
)

export const connections = pgTable('connections', {
  name: text('name').primaryKey(),
  kind: text('kind').$type<ConnectionKind>().notNull(),
  config: json('config').$type<Record<string, unknown>>().notNull(),
  /** By secret name, each value sealed. */
  secret: json('secret').$type<Record<string, string>>().notNull(),
  updatedAt: instant('updated_at').notNull(),
})

export const owners = pgTable(
  'owners',
  {
    id: integer('id').primaryKey(),
    passwordHash: text('password_hash').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [check('owners_only_one', sql`${table.id} = 1`)],
)

export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** Which browser, in a few words; empty for those of older versions. */
    browser: text('browser').notNull().default(''),
    /** Null until its next request, for those of older versions. */
    seenAt: instant('seen_at'),
  },
  (table) => [index('sessions_expires').on(table.expiresAt)],
)

/** For scripts, made by the owner; of each only its hash and how it begins. */
export const apiTokens = pgTable('api_tokens', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  tokenHash: text('token_hash').notNull().unique(),
  begins: text('begins').notNull(),
  createdAt: instant('created_at').notNull(),
  /** To the minute. */
  usedAt: instant('used_at'),
})

export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: json('value').$type<unknown>().notNull(),
})
