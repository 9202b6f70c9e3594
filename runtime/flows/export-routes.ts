// A flow given away: as a document, as a picture that carries it, or as a link that holds it. Nothing secret leaves, and what was taken
// out is counted and named.
import type { Response, Router } from 'express'
import { z } from 'zod'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { linkTo } from '../../nodes/contract/flow-address.ts'
import { packFlow } from '../../nodes/contract/flow-link.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import { drawPicture } from './flow-picture.ts'
import { fileNameOf, partOf, shareFlow } from './flow-export.ts'
import { writeForeign } from './foreign.ts'
import { describedTypes } from './node-type-routes.ts'
import type { FlowsRouteDeps } from './route-deps.ts'

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)
const ExportSchema = z.object({
  form: z.preprocess(first, z.enum(['json', 'png', 'link', 'node-red']).default('json')),
  /** Ids of the cards to give away, all without it. */
  nodes: z.preprocess(first, z.string().max(100_000).optional()),
  /** What the flow said last goes along. */
  answers: z.preprocess(first, z.enum(['true', 'false']).default('false')),
})

const mostSamples = 5

/** What the flow said last, each sentence once: what a stranger may expect of it. */
async function readSamples({ events }: FlowsRouteDeps, flow: string): Promise<string[]> {
  const { events: said } = await events.list({ flow, kind: 'response.given', limit: 50 })
  return [...new Set(said.map(({ text }) => text.trim()).filter((text) => text !== ''))].slice(0, mostSamples)
}

/** Everything secret that this Heed keeps: it may stand in a sentence of the flow as well. */
async function readKnown({ flows, connections }: FlowsRouteDeps, id: string): Promise<string[]> {
  const named = (await connections.list()).filter(({ hasSecret }) => hasSecret.length > 0)
  // One that cannot be unsealed, because the key is another one now, cannot be compared with anything.
  const opened = await Promise.allSettled(named.map(({ name }) => connections.get(name)))
  const secrets = opened.flatMap((each) =>
    each.status === 'fulfilled'
      ? Object.entries(each.value.secret).flatMap(([name, value]) => (name === 'user' ? [] : [value]))
      : [],
  )
  return [...(await flows.secretsOf(id)), ...secrets]
}

function chosen(flow: Flow, nodes: string | undefined): Flow {
  if (nodes === undefined || nodes === '') return flow
  const ids = nodes.split(',')
  const missing = ids.find((id) => !flow.nodes.some((node) => node.id === id))
  if (missing !== undefined)
    throw new NotFoundError(
      'NODE_NOT_FOUND',
      `This flow has no card “${missing.slice(0, 80)}”. Save it first, or choose again.`,
    )
  return partOf(flow, ids)
}

function nameFile(response: Response, fileName: string): void {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\]/g, '_')
  response.set(
    'Content-Disposition',
    `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  )
}

/** Of each flow `export`. */
export function addExportRoutes(api: Router, deps: FlowsRouteDeps): void {
  api.get('/flows/:id/export', async (request, response) => {
    const { id } = request.params
    const { form, nodes, answers } = parseInput(ExportSchema, request.query, 'HTTP_QUERY_WRONG')
    const flow = chosen((await deps.flows.get(id)).document, nodes)
    const types = describedTypes(deps.nodes)
    const samples = answers === 'true' ? await readSamples(deps, id) : []
    const { document, removed } = shareFlow(flow, types, { known: await readKnown(deps, id), samples })
    response.set('X-Heed-Removed', String(removed.length))
    if (form === 'link') {
      response.json({ link: linkTo(deps.publicUrl, await packFlow(document)), removed })
    } else if (form === 'png') {
      nameFile(response, fileNameOf(document.name, 'heed.png'))
      response.type('png').send(await drawPicture(document, types))
    } else if (form === 'node-red') {
      nameFile(response, fileNameOf(document.name, 'node-red.json'))
      response.type('json').send(JSON.stringify(writeForeign(deps, form, document), null, 2))
    } else {
      nameFile(response, fileNameOf(document.name))
      response.type('json').send(JSON.stringify(document, null, 2))
    }
  })
}
