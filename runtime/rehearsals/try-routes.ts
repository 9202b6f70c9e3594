// "Run this card with the sample": one card, messages that somebody chose, nothing sent anywhere and nothing kept.
import type { Router } from 'express'
import { z } from 'zod'
import { actionOf } from '../../nodes/contract/acting.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { BadRequestError, NotFoundError } from '../../nodes/contract/errors.ts'
import { parseBody, parseInput } from '../../nodes/contract/input.ts'
import { messagePorts } from '../../nodes/contract/kinds.ts'
import { migrateConfig } from '../compile/index.ts'
import { limitMessages } from '../live/index.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'
import { tryCard } from './try-card.ts'
import { TrySchema } from './route-bodies.ts'

const longestTryMs = 15_000

function whyNot(definition: NodeDefinition, ports: readonly string[]): string | undefined {
  const watches = definition.needs.includes('model')
  if (watches || ports.length === 0)
    return `“${definition.title}” looks at pictures or takes none of the messages that a sample could be: rehearse the flow on a clip instead.`
  if (definition.role === 'tick' || actionOf(definition)) return undefined
  return `“${definition.title}” is no card that messages go into.`
}

/** `POST /api/flows/:id/nodes/:node/try` */
export function addTryRoutes(api: Router, deps: RehearsalsRouteDeps): void {
  const perFlow = limitMessages(deps.nowMs)
  api.post('/flows/:id/nodes/:node/try', perFlow, async (request, response) => {
    const { id, document, revision } = await deps.flows.get(String(request.params.id))
    const node = document.nodes.find((each) => each.id === request.params.node)
    if (!node)
      throw new NotFoundError(
        'NODE_NOT_FOUND',
        `There is no node “${String(request.params.node).slice(0, 64)}” in this flow.`,
      )
    const definition = deps.nodes.get(node.type)
    if (!definition)
      throw new BadRequestError('NODE_TYPE_UNKNOWN', `The node type “${node.type}” is not installed here.`)
    const ports = messagePorts(definition)
    const problem = whyNot(definition, ports)
    if (problem !== undefined) throw new BadRequestError('NODE_NOT_TESTABLE', problem)
    const asked = parseBody(TrySchema, request.body)
    const odd = asked.messages.find(({ port }) => !ports.includes(port))
    if (odd)
      throw new NotFoundError(
        'NODE_PORT_UNKNOWN',
        `“${definition.title}” has no port “${odd.port}” that takes messages. It takes them on ${ports.join(', ')}.`,
      )
    // What is on the screen has the version that the document says, as what is stored has.
    const migrated = migrateConfig({ ...node, config: asked.config ?? node.config }, definition)
    if ('problem' in migrated) throw new BadRequestError(migrated.problem.code, migrated.problem.message)
    const { config } = parseInput(z.object({ config: definition.config }), migrated, 'NODE_CONFIG_WRONG')
    const tried = await tryCard(
      {
        flow: { id, name: document.name, revision },
        node: { id: node.id, type: node.type, version: definition.version, config },
        messages: asked.messages,
      },
      { nodes: deps.nodes, log: deps.log, clock: { nowMs: deps.nowMs, sleep: deps.sleep } },
      AbortSignal.timeout(longestTryMs),
    )
    response.json(tried)
  })
}
