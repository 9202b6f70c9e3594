// How this Heed does, by name and in numbers: for the owner, who may know all of it. Changes nothing.
import type { Router } from 'express'
import { laneOf } from '../actions/index.ts'
import { cardNames } from '../../nodes/contract/card-names.ts'
import { carries, inMonth, type Growth } from './outlook.ts'
import type { SystemView } from './route-answers.ts'
import type { SystemRouteDeps } from './route-deps.ts'

type Statuses = Awaited<ReturnType<SystemRouteDeps['deployments']['statuses']>>
type Named = Awaited<ReturnType<SystemRouteDeps['flows']['list']>>

function streamsOf(
  { nodes }: Pick<SystemRouteDeps, 'nodes'>,
  flows: Named,
  statuses: Statuses,
): Pick<SystemView, 'streams' | 'receivers'> {
  const deployed = flows.flatMap(({ id, name, cards }) => {
    const status = statuses.get(id)
    const names = cardNames(cards, (type) => nodes.get(type)?.title)
    return status && status.state !== 'stopped' && status.state !== 'finished' ? [{ id, name, names, ...status }] : []
  })
  return {
    streams: deployed.flatMap(({ id: flow, name: flowName, names, streams }) =>
      streams.map(({ id, cameraName, source, state, reason }) => ({
        stream: id,
        flow,
        flowName,
        name: cameraName ?? names.get(source) ?? source,
        state,
        reason,
      })),
    ),
    receivers: deployed.flatMap(({ id: flow, name: flowName, names, receivers }) =>
      receivers.map(({ node, text }) => ({ flow, flowName, node, name: names.get(node) ?? node, text })),
    ),
  }
}

async function readFiles(
  { recordings, media }: SystemRouteDeps,
  flows: Named,
): Promise<{ part: string; growth: Growth }[]> {
  const kept = await Promise.all(flows.map(({ id }) => recordings.list(id)))
  const sum = (files: readonly { bytes: number }[]): number => files.reduce((all, { bytes }) => all + bytes, 0)
  return [
    // Each camera says by itself how much of it is kept.
    { part: 'recordings', growth: { bytes: sum(kept.flat()), perDay: null, keptDays: null } },
    { part: 'clips', growth: { bytes: sum(await media.list()), perDay: 0, keptDays: null } },
  ]
}

/** `GET /api/system`. */
export function addSystemRoutes(api: Router, deps: SystemRouteDeps): void {
  api.get('/system', async (_request, response) => {
    const { system, nodes } = deps
    const flows = await deps.flows.list()
    const [statuses, models, lanes, tables, files, freeBytes] = await Promise.all([
      deps.deployments.statuses(),
      system.models(),
      system.lanes((type) => laneOf(type, nodes)),
      system.storage(),
      readFiles(deps, flows),
      deps.freeBytes().catch(() => null),
    ])
    const answer: SystemView = {
      ...streamsOf(deps, flows, statuses),
      models: models.map((pace) => ({ ...pace, carries: carries(pace) })),
      lanes,
      storage: {
        parts: [...tables, ...files].map(({ part, growth }) => ({ part, ...growth, inMonth: inMonth(growth) })),
        freeBytes,
      },
    }
    response.json(answer)
  })
}
