// Flows: saved documents and their revisions. A save never overwrites what the client has not seen.
import type { Response, Router } from 'express'
import { z } from 'zod'
import { BadRequestError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { authorOf } from './author.ts'
import type { StoredFlow } from './records.ts'
import { stopFlow, tellCancelled } from './deploy-routes.ts'
import { waitingOf } from './hosts-approval.ts'
import { checkFlow, readFlow } from './flow-document.ts'
import { cutPage, ListQuerySchema, parseInput, requireBody } from '../../nodes/contract/input.ts'
import { PresenceSchema, TitleSchema } from './route-bodies.ts'

/** The revision that the client has seen, from `If-Match: "7"`; quotes and `W/` may be left out or added. */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined) {
    throw new BadRequestError(
      'FLOW_IF_MATCH_MISSING',
      'Say which revision you have changed, with the header If-Match: "revision"; otherwise somebody else\'s work could be lost.',
      { details: { status: 428 } },
    )
  }
  const revision = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header)?.[1]
  if (revision === undefined)
    throw new BadRequestError(
      'FLOW_IF_MATCH_INVALID',
      'The header If-Match must hold the one revision you have changed, such as "7".',
    )
  return Number(revision)
}

const RevisionSchema = z.coerce.number().int().min(1).max(1e9)

function readRevision(text: string): number {
  const revision = RevisionSchema.safeParse(text)
  if (!revision.success)
    throw new NotFoundError('FLOW_REVISION_NOT_FOUND', 'There is no such revision: it is a number from 1 on.')
  return revision.data
}

/** A flow as every route answers with it. */
export async function sendFlow(
  deps: FlowsRouteDeps,
  response: Response,
  flow: StoredFlow,
  status = 200,
): Promise<void> {
  const unapprovedHosts = await waitingOf(deps, flow.document.nodes, flow.unapprovedHosts)
  response.status(status).set('ETag', `"${flow.revision}"`)
  response.json({
    id: flow.id,
    revision: flow.revision,
    document: flow.document,
    updatedAt: flow.updatedAt,
    unapprovedHosts,
  })
}

/** Whoever has it open hears that there is a newer one. */
export function tellSaved({ bus }: Pick<FlowsRouteDeps, 'bus'>, { id, revision }: StoredFlow): void {
  bus.publish({ type: 'saved', flow: id, revision })
}

function isEmpty(body: unknown): boolean {
  return body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0)
}

/** `/api/flows` and all below that neither runs nor watches. */
export function addFlowRoutes(api: Router, deps: FlowsRouteDeps): void {
  addPresenceRoutes(api, deps)
  const { flows } = deps

  api.get('/flows', async (request, response) => {
    const query = parseInput(ListQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const { page, ...more } = cutPage(await flows.list(query), ({ updatedAt, id }) => `${updatedAt} ${id}`, query)
    response.json({ flows: page, ...more })
  })
  api.post('/flows', async (request, response) => {
    const flow = await flows.create(readFlow(requireBody(request.body)), await authorOf(deps, response))
    response.set('Location', `/api/flows/${flow.id}`)
    await sendFlow(deps, response, flow, 201)
  })
  api.get('/flows/:id', async (request, response) => {
    await sendFlow(deps, response, await flows.get(request.params.id))
  })
  api.put('/flows/:id', async (request, response) => {
    const ifRevision = readIfMatch(request.get('if-match'))
    const document = readFlow(requireBody(request.body))
    const saved = await flows.update(request.params.id, document, ifRevision, await authorOf(deps, response))
    tellSaved(deps, saved)
    await sendFlow(deps, response, saved)
  })
  api.delete('/flows/:id', async (request, response) => {
    await flows.get(request.params.id)
    await stopFlow(deps, request.params.id)
    await flows.remove(request.params.id, (actionIds) => tellCancelled(deps, actionIds))
    response.status(204).end()
  })

  // Without a body the saved document is checked; with one, that document, so that an editor can ask before it saves.
  api.post('/flows/:id/check', async (request, response) => {
    const saved = await flows.get(request.params.id)
    const body: unknown = request.body
    response.json({ problems: await checkFlow(deps, isEmpty(body) ? saved.document : body, saved) })
  })

  api.get('/flows/:id/revisions', async (request, response) => {
    const query = parseInput(ListQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const rows = await flows.revisions(request.params.id, query)
    const { page, ...more } = cutPage(rows, ({ revision }) => String(revision).padStart(10, '0'), query)
    response.json({ revisions: page, ...more })
  })
  api.get('/flows/:id/revisions/:revision', async (request, response) => {
    await sendFlow(deps, response, await flows.revision(request.params.id, readRevision(request.params.revision)))
  })
  // A version that somebody gave a name is kept, however many come after it.
  api.put('/flows/:id/revisions/:revision', async (request, response) => {
    const { title } = parseInput(TitleSchema, requireBody(request.body))
    await flows.nameRevision(request.params.id, readRevision(request.params.revision), title || null)
    response.status(204).end()
  })
  api.post('/flows/:id/revisions/:revision/restore', async (request, response) => {
    const revision = readRevision(request.params.revision)
    const saved = await flows.restore(request.params.id, revision, await authorOf(deps, response))
    tellSaved(deps, saved)
    await sendFlow(deps, response, saved)
  })
}

// Who else has a flow open, and at which card: told to every open browser and kept nowhere. A window says so again every few seconds.

/** `POST /api/flows/:id/presence` */
function addPresenceRoutes(api: Router, { bus }: Pick<FlowsRouteDeps, 'bus'>): void {
  api.post('/flows/:id/presence', (request, response) => {
    const presence = parseInput(PresenceSchema, requireBody(request.body))
    bus.publish({ type: 'presence', flow: request.params.id.slice(0, 64), ...presence })
    response.status(204).end()
  })
}
