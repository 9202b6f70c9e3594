// How this Heed does, by name and in numbers: for the owner, who may know all of it. Changes nothing.
import type { Router } from 'express'
import { laneOf } from '../actions/index.ts'
import { carries, inMonth, type Growth } from './outlook.ts'
import type { SystemView } from './route-answers.ts'
import type { SystemRouteDeps } from './route-deps.ts'

async function readStreams({
  flows,
  deployments,
}: SystemRouteDeps): Promise<Pick<SystemView, 'streams' | 'receivers'>> {
  const deployed = (await flows.list()).filter(({ state }) => state !== 'stopped' && state !== 'finished')
  const found = await Promise.all(
    deployed.map(async ({ id, name }) => {
      const { streams, receivers } = await deployments.status(id)
      return {
        streams: streams.map((stream) => ({
          stream: stream.id,
          flow: id,
          flowName: name,
          name: stream.cameraName ?? stream.source,
          state: stream.state,
          reason: stream.reason,
        })),
        receivers: receivers.map(({ node, text }) => ({ flow: id, flowName: name, node, text })),
      }
    }),
  )
  return {
    streams: found.flatMap(({ streams }) => streams),
    receivers: found.flatMap(({ receivers }) => receivers),
  }
}

async function readFiles({ flows, recordings, media }: SystemRouteDeps): Promise<{ part: string; growth: Growth }[]> {
  const kept = await Promise.all((await flows.list()).map(({ id }) => recordings.list(id)))
  const sum = (files: readonly { bytes: number }[]): Growth => ({
    bytes: files.reduce((all, { bytes }) => all + bytes, 0),
    perDay: 0,
    keptDays: null,
  })
  return [
    { part: 'recordings', growth: sum(kept.flat()) },
    { part: 'clips', growth: sum(await media.list()) },
  ]
}

/** `GET /api/system`. */
export function addSystemRoutes(api: Router, deps: SystemRouteDeps): void {
  api.get('/system', async (_request, response) => {
    const { system, nodes } = deps
    const [streams, models, lanes, tables, files, freeBytes] = await Promise.all([
      readStreams(deps),
      system.models(),
      system.lanes((type) => laneOf(type, nodes)),
      system.storage(),
      readFiles(deps),
      deps.freeBytes().catch(() => null),
    ])
    const answer: SystemView = {
      ...streams,
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
