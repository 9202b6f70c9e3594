// A past event, looked at again: as a test that its flow has to pass from now on, or once through the flow as it is now.
import type { Router } from 'express'
import { ConflictError } from '../../nodes/contract/errors.ts'
import type { Author, Flow } from '../../nodes/contract/flow.ts'
import { parseInput, requireBody } from '../../nodes/contract/input.ts'
import { authorOf, tellSaved } from '../flows/index.ts'
import { testOf, withTest } from './event-tests.ts'
import { readTests, type FlowTest } from './flow-tests.ts'
import { momentOf } from './moments.ts'
import { newRehearsal } from './new-rehearsal.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'
import { ReplaySchema, TestSchema } from './route-bodies.ts'

/** Somebody else may save meanwhile; nobody saves that often. */
const mostTries = 5

/** `/api/events/:id/test` and `/api/events/:id/replay`. */
export function addPastEventRoutes(
  api: Router,
  deps: RehearsalsRouteDeps,
  begin: (order: Awaited<ReturnType<typeof newRehearsal>>) => Promise<string>,
): void {
  api.post('/events/:id/test', async (request, response) => {
    const { must } = parseInput(TestSchema, requireBody(request.body))
    const event = await deps.events.get(request.params.id)
    // Before a clip is made: tests that cannot be read take no other.
    readTests((await deps.flows.get(event.flow)).document)
    const moment = await momentOf(deps, event, false)
    const test = testOf(event, deps.nodes, { ...moment, isWhole: moment.of !== 'clip' }, must)
    const by = await authorOf(deps, response)
    const { isNew, revision } = await addTest(deps, event.flow, test, by)
    response.status(isNew ? 201 : 200)
    response.json({ flow: event.flow, revision, isNew, clip: moment.clip, of: moment.of, atS: moment.atS, test })
  })
  api.post('/events/:id/replay', async (request, response) => {
    const { revision } = parseInput(ReplaySchema, request.body ?? {})
    const event = await deps.events.get(request.params.id)
    const { atS, camera, clip, startAt } = await momentOf(deps, event, true)
    const asked = { clips: [clip], camera, startAt, askAgents: false, ...(revision === undefined ? {} : { revision }) }
    const order = await newRehearsal(deps, event.flow, asked, { event: event.id, atS })
    const id = await begin(order)
    response.status(202).set('Location', `/api/rehearsals/${id}`)
    response.json({ rehearsal: { id, state: 'running' } })
  })
}

async function addTest(
  deps: RehearsalsRouteDeps,
  id: string,
  test: FlowTest,
  by: Author | undefined,
): Promise<{ revision: number; isNew: boolean }> {
  for (let tries = 1; ; tries++) {
    const { document, revision } = await deps.flows.get(id)
    readTests(document)
    // As they are saved: what else stands in them stays.
    const tests = withTest((document.tests ?? []) as FlowTest[], test)
    if (!tests) return { revision, isNew: false }
    try {
      const saved = await deps.flows.update(id, { ...document, tests } as Flow, revision, by)
      tellSaved(deps, saved)
      return { revision: saved.revision, isNew: true }
    } catch (error) {
      if (!(error instanceof ConflictError) || tries >= mostTries) throw error
    }
  }
}
