// Everything the API needs of the world, in memory, with what a test wants to see or to change within reach.
import nodeRed from '../../nodes/node-red-flows/format.ts'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Sound } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { defineAction, defineSource, port } from '../../nodes/contract/define.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Author } from '../../nodes/contract/flow.ts'
import { BadRequestError, ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import { rowsBehind, type ListQuery } from '../../nodes/contract/input.ts'
import type { ApiDeps } from '../../runtime/http/api-deps.ts'
import type { ConnectionStore } from '../../runtime/connections/connections.ts'
import type { FlowStore, FlowSummary, StoredFlow } from '../../runtime/flows/records.ts'
import type { EventView } from '../../runtime/history/records.ts'
import type { StreamRef } from '../../runtime/queue/records.ts'
import { refusalOf } from '../../runtime/egress/address-guard.ts'
import { createProxyTrust } from '../../runtime/http/proxies.ts'
import { createTemplateShelf, type OwnTemplateStore } from '../../runtime/templates/shelf.ts'
import type { Template } from '../../runtime/templates/template.ts'
import { memoryBus, memoryPictureRelay } from './memory-bus.ts'
import { memoryCameras } from './memory-cameras.ts'
import { memoryAccounts } from './memory-accounts.ts'
import { memoryEvents } from './memory-events.ts'
import { memoryDeployments } from './memory-deployments.ts'
import { memoryRehearsals } from './memory-rehearsals.ts'
import { offNodeRed } from './off-node-red.ts'
import { memoryRunning } from './memory-running.ts'
import type { MemoryBus } from './memory-bus.ts'
import { connectionKinds, ofKind } from './connection-kinds.ts'

export interface LogLine {
  level: 'info' | 'warn' | 'error'
  fields: Record<string, unknown>
  text: string
}

export interface MemoryApi extends ApiDeps {
  bus: MemoryBus
  lines: LogLine[]
  /** What the queue was told. */
  told: { order: 'start' | 'stop' | 'change'; refs: StreamRef[] }[]
  saved: Map<string, Buffer>
  eventRows: Map<string, EventView>
  frames: Map<string, Uint8Array>
  sounds: Map<string, Sound>
  connectionRows: Map<string, Connection>
  sessions: Map<string, number>
}

const camera = defineSource({
  type: 'camera-source',
  version: 1,
  title: 'Camera',
  icon: 'camera',
  group: 'video',
  does: ['capture'],
  help: 'A camera.',
  card: '{{url}}',
  needs: ['media'],
  ports: { in: {}, out: { frames: port('frames') } },
  config: z.object({
    kind: z.enum(['file', 'url']),
    url: z.string().optional().meta({ label: 'Address', widget: 'url' }),
  }),
  open: (ctx) => ctx.media.open({ kind: 'url' }, ctx.taps, { signal: ctx.signal }),
})
const teller = defineAction({
  type: 'teller',
  version: 1,
  title: 'Teller',
  icon: 'bell',
  group: 'action',
  help: 'Tells.',
  card: '{{title}}',
  needs: ['http'],
  ports: { in: { frames: port('frames') }, out: {} },
  config: z.object({
    title: z.string().min(1),
    connection: z.string().optional().meta({ label: 'Connection', widget: 'connection', can: 'sign' }),
  }),
  timeoutMs: 1000,
  maxAttempts: 1,
  perform: async () => ({ outputs: {}, summary: 'told' }),
})

/** Two small node types: enough to draw a flow that compiles, or does not. */
export const smallNodes: ReadonlyMap<string, NodeDefinition> = new Map<string, NodeDefinition>([
  [camera.type, camera],
  [teller.type, teller],
])

/** What a store gives that is asked for no part. */
const everything: ListQuery = { limit: Infinity, cursor: undefined }

function missing(what: string, code: string): never {
  throw new NotFoundError(code, `There is no ${what}.`)
}

function memoryFlows(nowMs: () => number): FlowStore {
  const all = new Map<string, StoredFlow[]>()
  const notes = new Map<string, { title: string | null; savedBy: Author | null }>()
  const revisionsOf = (id: string): StoredFlow[] => all.get(id) ?? missing(`flow ${id}`, 'FLOW_NOT_FOUND')
  const newest = (id: string): StoredFlow => revisionsOf(id).at(-1) as StoredFlow
  const add = (id: string, document: StoredFlow['document'], by?: Author): StoredFlow => {
    const list = all.get(id) ?? []
    const flow = {
      id,
      revision: list.length + 1,
      document: structuredClone(document),
      updatedAt: new Date(nowMs()).toISOString(),
      unapprovedHosts: list.at(-1)?.unapprovedHosts ?? [],
    }
    all.set(id, [...list, flow])
    notes.set(`${id} ${flow.revision}`, { title: null, savedBy: by ?? null })
    return flow
  }
  const revision = async (id: string, wanted: number): Promise<StoredFlow> =>
    revisionsOf(id).find((flow) => flow.revision === wanted) ?? missing(`revision ${wanted}`, 'FLOW_REVISION_NOT_FOUND')
  return {
    list: async (query = everything) => {
      const rows = [...all.keys()].map((id): FlowSummary => {
        const { revision, document, updatedAt } = newest(id)
        return {
          id,
          name: document.name,
          description: document.description ?? '',
          tags: document.tags ?? [],
          revision,
          state: 'stopped',
          updatedAt,
          cards: [],
        }
      })
      return rowsBehind(rows, ({ updatedAt, id }) => `${updatedAt} ${id}`, query, 'down')
    },
    create: async (document, by) => add(`f${all.size + 1}`, document, by),
    import: async (document, unapprovedIn) =>
      Object.assign(add(`f${all.size + 1}`, document), { unapprovedHosts: await unapprovedIn(document) }),
    replace: async (id, document, unapprovedIn) => {
      const flow = add(newest(id).id, document)
      return Object.assign(flow, { unapprovedHosts: [...flow.unapprovedHosts, ...(await unapprovedIn(document))] })
    },
    secretsOf: async (id) => (newest(id), []),
    duplicate: async (id, name) =>
      Object.assign(add(`f${all.size + 1}`, { ...newest(id).document, name }), {
        unapprovedHosts: newest(id).unapprovedHosts,
      }),
    addUnapproved: async (id, hosts) =>
      Object.assign(newest(id), { unapprovedHosts: [...newest(id).unapprovedHosts, ...hosts] }),
    approveHosts: async (id, hosts) =>
      Object.assign(newest(id), {
        unapprovedHosts: newest(id).unapprovedHosts.filter((host) => !hosts.includes(host)),
      }),
    get: async (id) => newest(id),
    update: async (id, document, ifRevision, by) => {
      const { revision } = newest(id)
      if (revision === ifRevision) return add(id, document, by)
      throw new ConflictError('FLOW_REVISION_STALE', `Flow ${id} is at revision ${revision}.`, {
        details: { revision },
      })
    },
    remove: async (id) => {
      all.delete(newest(id).id)
    },
    revisions: async (id, query = everything) => {
      const rows = revisionsOf(id)
        .map((flow) => ({
          revision: flow.revision,
          savedAt: flow.updatedAt,
          nodes: flow.document.nodes.length,
          deployed: false,
          ...(notes.get(`${id} ${flow.revision}`) ?? { title: null, savedBy: null }),
        }))
        .reverse()
      return rowsBehind(rows, (row) => String(row.revision).padStart(10, '0'), query, 'down')
    },
    revision,
    lostSecrets: async () => [],
    nameRevision: async (id, wanted, title) => {
      await revision(id, wanted)
      const key = `${id} ${wanted}`
      notes.set(key, { savedBy: notes.get(key)?.savedBy ?? null, title })
    },
    restore: async (id, wanted, by) => add(id, (await revision(id, wanted)).document, by),
  }
}

function memoryConnections(rows: Map<string, Connection>): ConnectionStore {
  const find = (name: string): Connection => rows.get(name) ?? missing(`connection ${name}`, 'CONNECTION_NOT_FOUND')
  return {
    list: async (query = everything) => {
      const views = [...rows.values()].map(({ name, kind, can, config, secret }) => ({
        name,
        kind,
        can,
        config,
        hasSecret: Object.keys(secret),
        usedBy: [],
      }))
      return rowsBehind(views, ({ name }) => name, query)
    },
    create: async (connection) => {
      if (rows.has(connection.name))
        throw new ConflictError('CONNECTION_EXISTS', `There is a connection ${connection.name} already.`)
      rows.set(connection.name, { ...connection, ...ofKind(connection.kind) })
    },
    update: async (name, { config, secret }, allow) => {
      const before = find(name)
      allow?.({ ...before, hasSecret: Object.keys(before.secret) })
      const merged = Object.entries({ ...before.secret, ...secret }).filter(([, value]) => value !== '')
      rows.set(name, { ...before, config: config ?? before.config, secret: Object.fromEntries(merged) })
    },
    remove: async (name) => {
      rows.delete(find(name).name)
    },
    get: async (name) => find(name),
  }
}

/** Templates that were saved, as the real store keeps them. */
export function memoryTemplates(): OwnTemplateStore {
  const rows = new Map<string, Template>()
  return {
    list: async () => [...rows.values()],
    save: async (template) => {
      const saved = { ...template, version: (rows.get(template.id)?.version ?? 0) + 1 }
      rows.set(template.id, saved)
      return saved
    },
    remove: async (id) => rows.delete(id),
  }
}

function memoryApprovedHosts(): ApiDeps['approvedHosts'] {
  const byHand = new Set<string>()
  return {
    list: async () => ({ byHand: [...byHand].sort(), named: [] }),
    add: async (host) => {
      byHand.add(host)
    },
    remove: async (host) => {
      byHand.delete(host)
    },
    unapproved: async (hosts) => hosts.filter((host) => !byHand.has(host)),
  }
}

async function saveClip(saved: Map<string, Buffer>, name: string, body: NodeJS.ReadableStream) {
  const chunks: Buffer[] = []
  await pipeline(
    body,
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk)
        done()
      },
    }),
  )
  const bytes = Buffer.concat(chunks)
  if (bytes.subarray(4, 8).toString() !== 'ftyp')
    throw new BadRequestError('MEDIA_NOT_VIDEO', `${name} is not a video.`)
  saved.set(name, bytes)
  return { path: name, bytes: bytes.length, width: 320, height: 240, durationS: 1 }
}

const nothingKept: ApiDeps['recordings'] = {
  open: () => {
    throw new Error('Nothing is kept here.')
  },
  list: async () => [],
  async *pictures() {},
  pictureAt: async () => undefined,
  forget: async () => undefined,
  sweep: async () => undefined,
}

/** Fresh stores each time; `changes` replaces any part. */
export function memoryApi(changes: Partial<ApiDeps> = {}): MemoryApi {
  const lines: LogLine[] = []
  const write = (level: LogLine['level']) => (fields: Record<string, unknown>, text: string) => {
    lines.push({ level, fields, text })
  }
  const told: MemoryApi['told'] = []
  const saved = new Map<string, Buffer>()
  const eventRows = new Map<string, EventView>()
  const frames = new Map<string, Uint8Array>()
  const sounds = new Map<string, Sound>()
  const connectionRows = new Map<string, Connection>([
    ['edge', { name: 'edge', ...ofKind('edge'), config: {}, secret: {} }],
  ])
  const sessions = new Map<string, number>()
  const nowMs = changes.nowMs ?? Date.now
  return {
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    nowMs,
    version: '0.0.0-test',
    nodes: smallNodes,
    packages: [],
    formats: [nodeRed],
    nodeRed: offNodeRed(),
    flows: memoryFlows(nowMs),
    deployments: memoryDeployments(),
    running: memoryRunning(),
    rehearsals: memoryRehearsals(nowMs),
    // Nobody runs them here, unless a test does.
    rehearsing: { add: async () => undefined, cancel: () => undefined },
    recordings: nothingKept,
    film: { list: async () => [], nearest: async () => undefined, jpeg: async () => undefined },
    connections: memoryConnections(connectionRows),
    cameras: memoryCameras(),
    discovery: { look: async () => [], profiles: async () => [] },
    connectionKinds,
    events: memoryEvents(eventRows, frames, sounds),
    failed: { failed: async () => ({ deliveries: [], total: 0 }), retry: async () => undefined, settle: async () => 0 },
    system: { storage: async () => [], models: async () => [], lanes: async () => [] },
    freeBytes: async () => 1e12,
    deliveries: {
      cancel: async (id) => missing(`delivery ${id}`, 'DELIVERY_NOT_FOUND'),
      cancelOf: async () => [],
      told: async () => ({ receipts: [], isUnderWay: false }),
    },
    voices: async () => ['vivian', 'ryan'],
    sample: async (_connection, { text, voice }) => ({
      bytes: Buffer.from(`${voice}: ${text}`),
      contentType: 'audio/wav',
      durationS: 1,
    }),
    transcribe: async () => 'How many people are there?',
    accounts: memoryAccounts(sessions),
    approvedHosts: memoryApprovedHosts(),
    streams: {
      start: async (refs) => {
        told.push({ order: 'start', refs })
      },
      stop: async (refs) => {
        told.push({ order: 'stop', refs })
      },
      change: async (refs) => {
        told.push({ order: 'change', refs })
      },
      isHealthy: async () => ({ ok: true, backend: 'postgres', waiting: 0, active: 0 }),
    },
    media: {
      list: async () =>
        [...saved].map(([path, { length }]) => ({ path, bytes: length, uploadedAt: new Date(nowMs()).toISOString() })),
      save: (name, body) => saveClip(saved, name, body),
      remove: async (path) => {
        if (!saved.delete(path)) missing(`clip ${path}`, 'MEDIA_NOT_FOUND')
      },
      fileOf: async (path) => missing(`clip ${path}`, 'MEDIA_NOT_FOUND'),
      // Flows are drawn with clips that nobody has uploaded: every one is there unless a test says otherwise.
      example: async () => ({ path: 'heed-example.mp4', durationS: 16 }),
      make: async () => missing('picture to make a clip of', 'MEDIA_NO_PICTURES'),
      madeOf: async () => undefined,
      moving: async () => missing('picture to make a clip of', 'MEDIA_NO_PICTURES'),
      cut: async ({ path }) => missing(`clip ${path}`, 'CAMERA_NOT_FOUND'),
      readClip: async (path) => missing(`clip ${path}`, 'CAMERA_NOT_FOUND'),
      whyMissing: async () => null,
      probe: async () => ({ ok: false, code: 'CAMERA_REFUSED', message: 'Nothing listens at this address.' }),
    },
    hasVideo: async () => true,
    templates: createTemplateShelf({
      own: memoryTemplates(),
      log: { info: () => {}, warn: () => {}, error: () => {} },
    }),
    relay: memoryPictureRelay(),
    tryAction: async ({ node }) => ({ ok: true, message: `Tried ${node.id}.` }),
    push: { publicKey: async () => 'public-key', add: async () => undefined, remove: async () => undefined },
    testConnection: async ({ config }) => ({ ok: config.url !== undefined, message: 'It answers.' }),
    refusalOf,
    pingDatabase: async () => ({ latencyMs: 1, version: '18', backend: 'embedded' }),
    spill: () => ({ ok: true, waiting: 0, bytes: 0 }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: '# none\n' }),
    token: 'test-token-with-owner-rights',
    linkKey: new Uint8Array(32),
    publicUrl: 'http://127.0.0.1:1890',
    editorDir: '/nowhere/editor',
    isSecure: () => false,
    sleep: async () => undefined,
    isTrustedProxy: createProxyTrust(),
    ...changes,
    bus: memoryBus(),
    lines,
    told,
    saved,
    eventRows,
    frames,
    sounds,
    connectionRows,
    sessions,
  }
}
