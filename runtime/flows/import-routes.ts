// Flows that come from elsewhere. Looking stores nothing; taking one in starts nothing, is trusted with nothing and overwrites nothing: a
// replaced flow keeps its history, and what runs goes on as it was deployed.
import express from 'express'
import type { Request, RequestHandler, Router } from 'express'
import { z } from 'zod'
import { BadRequestError, ConflictError } from '../../nodes/contract/errors.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { programAbilities } from '../../nodes/contract/connections.ts'
import type { Fate } from '../../nodes/contract/foreign-flows.ts'
import { FlowSchema, flowFormat, type Author, type Flow } from '../../nodes/contract/flow.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import { keepLogins, withoutMarks } from '../../nodes/contract/own-logins.ts'
import { isNewer } from '../../nodes/contract/read-document.ts'
import { summaryOf, wantsOf } from '../../nodes/contract/shared-flow.ts'
import { readFields } from '../compile/index.ts'
import { hideInDocument } from '../connections/index.ts'
import { readFlow } from './flow-document.ts'
import { readForeign } from './foreign.ts'
import { withoutSummary } from './flow-export.ts'
import { readIncoming, type Incoming } from './flow-intake.ts'
import { mostPictureBytes } from './flow-picture.ts'
import { unapprovedIn, waitingOf } from './hosts-approval.ts'
import { describedTypes } from './node-type-routes.ts'
import type { StoredFlow } from './records.ts'
import type { IncomingFlow } from './route-answers.ts'
import { requiresOf } from './requires.ts'
import { authorOf } from './author.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { readIfMatch } from './routes.ts'

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)
const ImportSchema = z.object({
  onConflict: z.preprocess(first, z.enum(['new', 'replace']).default('new')),
  /** `replace`: which flow; without it the one of the same name. */
  flow: z.preprocess(first, z.string().min(1).max(64).optional()),
})

/** Any kind of body as its bytes: what it is, is read from them. */
function readBytes(mostBytes: number): RequestHandler[] {
  const isPicture = (request: { headers: Record<string, unknown> }): boolean =>
    /^(?:image\/|application\/octet-stream)/i.test(String(request.headers['content-type'] ?? ''))
  return [
    express.raw({ type: (request) => isPicture(request), limit: mostPictureBytes }),
    express.raw({ type: () => true, limit: mostBytes }),
  ]
}

async function incomingOf({ formats }: FlowsRouteDeps, request: Request): Promise<Incoming> {
  const body: unknown = request.body
  if (Buffer.isBuffer(body))
    return await readIncoming(body, (document) => formats.some((format) => format.recognises(document)))
  throw new BadRequestError(
    'HTTP_BODY_MISSING',
    'Nothing was sent. Send a document, a picture that carries one (Content-Type: image/png), or {"link": "…"}.',
  )
}

interface Taken {
  flow: Flow
  /** What became of each entry of another program's flow. */
  report?: Fate[]
}

type Mapped = [field: string, value: unknown][]

function mappedConnections(
  definition: NodeDefinition,
  config: Record<string, unknown>,
  mine: Incoming['connections'],
): Mapped {
  return readFields(definition).connections.flatMap(({ field }): Mapped => {
    const named = config[field]
    return typeof named === 'string' && Object.hasOwn(mine, named) ? [[field, mine[named]]] : []
  })
}

function mappedCameras(definition: NodeDefinition, config: Record<string, unknown>, mine: Incoming['cameras']): Mapped {
  const fields = readFields(definition)
  return Object.keys(definition.config.shape).flatMap((field): Mapped => {
    const names = config[field]
    if (fields.meta(field).widget !== 'cameras' || !Array.isArray(names)) return []
    const ours = names.map((name: unknown) =>
      typeof name === 'string' && Object.hasOwn(mine, name) ? mine[name] : name,
    )
    return [[field, [...new Set(ours)]]]
  })
}

/** The document as it may be stored, with the sender's connections and cameras replaced by the chosen ones. */
function takeIn(deps: FlowsRouteDeps, { document, connections, cameras, name }: Incoming): Taken {
  const { flow: own, report } = readForeign(deps, document) ?? { flow: document }
  const flow = withoutSummary(withoutMarks(readFlow(own)))
  const nodes = flow.nodes.map((node) => {
    const definition = deps.nodes.get(node.type)
    const mapped = definition
      ? [...mappedConnections(definition, node.config, connections), ...mappedCameras(definition, node.config, cameras)]
      : []
    return mapped.length === 0 ? node : { ...node, config: { ...node.config, ...Object.fromEntries(mapped) } }
  })
  return { flow: { ...flow, ...(name === undefined ? {} : { name }), nodes }, ...(report ? { report } : {}) }
}

const plainName = (name: string): string => name.trim().toLowerCase()

async function sameName(deps: FlowsRouteDeps, name: string): Promise<{ id: string; name: string; revision: number }[]> {
  const flows = await deps.flows.list()
  return flows
    .filter((flow) => plainName(flow.name) === plainName(name))
    .map((flow) => ({ id: flow.id, name: flow.name, revision: flow.revision }))
}

/** What can be shown of a document that a later version has written; null when nothing can. */
function lookAtNewer(document: Record<string, unknown>): Flow | null {
  const read = FlowSchema.safeParse({ ...document, format: flowFormat })
  return read.success ? read.data : null
}

const newerWords = (format: string): string =>
  `This flow was written by a newer version of Heed (${format.slice(0, 40)}). You can look at it here; to take it in, update Heed.`

async function look(deps: FlowsRouteDeps, incoming: Incoming): Promise<IncomingFlow> {
  const types = describedTypes(deps.nodes)
  const { document, came } = incoming
  const readOnly = isNewer(document) ? newerWords(document.format) : null
  const taken = readOnly === null ? takeIn(deps, incoming) : null
  const whole = taken ? taken.flow : lookAtNewer(document as Record<string, unknown>)
  // Shown as it would be stored: whoever looks over a shoulder reads no password.
  const flow = whole && hideInDocument(whole).document
  const waits = flow && readOnly === null ? await unapprovedIn(deps, flow) : []
  return {
    came,
    readOnly,
    document: flow,
    ...(taken?.report ? { report: taken.report } : {}),
    summary: flow ? summaryOf(flow, types) : null,
    wants: flow ? wantsOf(flow, types, programAbilities(deps.connectionKinds)) : null,
    requires: flow && readOnly === null ? await requiresOf(deps, flow, waits, true) : null,
    unapprovedHosts: waits,
    conflicts: flow && readOnly === null ? await sameName(deps, flow.name) : [],
  }
}

/** The flow to replace; undefined when there is none of that name. */
async function replacedBy(deps: FlowsRouteDeps, document: Flow, flow: string | undefined): Promise<string | undefined> {
  if (flow !== undefined) return (await deps.flows.get(flow)).id
  const same = await sameName(deps, document.name)
  if (same.length > 1)
    throw new ConflictError(
      'FLOW_NAME_TWICE',
      `There are ${same.length} flows called “${document.name}”. Say which one to replace, with &flow= and its id: ${same.map(({ id }) => id).join(', ')}.`,
    )
  return same[0]?.id
}

/** The next revision of a flow that is here; where it means the same address, the login that was given here is kept. */
async function replaceOwn(
  { flows }: FlowsRouteDeps,
  id: string,
  document: Flow,
  { trust, by }: { trust(stored: Flow): Promise<string[]>; by: Author | undefined },
  match: string | undefined,
): Promise<StoredFlow> {
  const own = await flows.get(id)
  return await flows.replace(
    id,
    keepLogins(own.document, document),
    trust,
    match === undefined ? own.revision : readIfMatch(match),
    by,
  )
}

/** `/api/flows/import` and `/api/flows/import/look`. They read bodies of every kind, so they stand before the reader of JSON. */
export function addImportRoutes(api: Router, deps: FlowsRouteDeps, mostBytes: number): void {
  const bytes = readBytes(mostBytes)
  api.post('/flows/import/look', ...bytes, async (request, response) => {
    response.json(await look(deps, await incomingOf(deps, request)))
  })
  api.post('/flows/import', ...bytes, async (request, response) => {
    const { onConflict, flow } = parseInput(ImportSchema, request.query, 'HTTP_QUERY_WRONG')
    const { flow: document, report } = takeIn(deps, await incomingOf(deps, request))
    const trust = (stored: Flow): Promise<string[]> => unapprovedIn(deps, stored)
    const replaced = onConflict === 'replace' ? await replacedBy(deps, document, flow) : undefined
    const match = request.get('if-match')
    const by = await authorOf(deps, response)
    const taken: StoredFlow =
      replaced === undefined
        ? await deps.flows.import(document, trust, by)
        : await replaceOwn(deps, replaced, document, { trust, by }, match)
    const unapprovedHosts = await waitingOf(deps, taken.document.nodes, taken.unapprovedHosts)
    response.status(replaced === undefined ? 201 : 200)
    response.set('Location', `/api/flows/${taken.id}`).set('ETag', `"${taken.revision}"`)
    response.json({
      flow: {
        id: taken.id,
        revision: taken.revision,
        document: taken.document,
        updatedAt: taken.updatedAt,
        unapprovedHosts,
      },
      requires: await requiresOf(deps, taken.document, unapprovedHosts, true),
      ...(report ? { report } : {}),
    })
  })
}
