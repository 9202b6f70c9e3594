// "Run this card with the sample": one card, messages that somebody chose, nothing sent anywhere and nothing kept.
import type { Router } from 'express'
import { z } from 'zod'
import { actionOf } from '../../nodes/contract/acting.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { BadRequestError, NotFoundError, RetryableError } from '../../nodes/contract/errors.ts'
import { parseBody, parseInput } from '../../nodes/contract/input.ts'
import { messageLike } from '../../nodes/contract/kinds.ts'
import { limitRequests } from '../live/index.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'
import { tryCard } from './try-card.ts'
import { TrySchema } from './route-bodies.ts'

const limit = { most: 30, perMs: 10_000 }
const longestTryMs = 15_000

/** What a card takes as messages; the rest of what it does is tried with a clip. */
function portsFor(definition: NodeDefinition): string[] {
  return Object.entries(definition.ports.in).flatMap(([name, { kind }]) => (messageLike.includes(kind) ? [name] : []))
}

function whyNot(definition: NodeDefinition, ports: readonly string[]): string | undefined {
  const watches = definition.needs.includes('model')
  if (watches || ports.length === 0)
    return `“${definition.title}” looks at pictures or takes none of the messages that a sample could be: rehearse the flow on a clip instead.`
  if (definition.role === 'tick' || actionOf(definition)) return undefined
  return `“${definition.title}” is no card that messages go into.`
}

/** `POST /api/flows/:id/nodes/:node/try` */
export function addTryRoutes(api: Router, deps: RehearsalsRouteDeps): void {
  const perFlow = limitRequests(deps.nowMs, {
    ...limit,
    by: ({ params }) => String(params.id),
    refuse: (waitMs) =>
      new RetryableError(
        'ASK_TOO_MANY',
        `Too many messages for one flow: at most ${limit.most} in ${limit.perMs / 1000} s. Wait ${Math.ceil(waitMs / 1000)} s.`,
        { retryAfterMs: waitMs, details: { status: 429 } },
      ),
  })
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
    const ports = portsFor(definition)
    const problem = whyNot(definition, ports)
    if (problem !== undefined) throw new BadRequestError('NODE_NOT_TESTABLE', problem)
    const asked = parseBody(TrySchema, request.body)
    const odd = asked.messages.find(({ port }) => !ports.includes(port))
    if (odd)
      throw new NotFoundError(
        'NODE_PORT_UNKNOWN',
        `“${definition.title}” has no port “${odd.port}” that takes messages. It takes them on ${ports.join(', ')}.`,
      )
    const { config } = parseInput(
      z.object({ config: definition.config }),
      { config: asked.config ?? broughtUp(node, definition) },
      'NODE_CONFIG_WRONG',
    )
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

/** Settings of an older version of the type, as the present one has them. */
function broughtUp(
  { config, version }: { config: Record<string, unknown>; version: number },
  { migrations, version: now }: NodeDefinition,
): Record<string, unknown> {
  let known = config
  for (let next = version + 1; next <= now; next++) known = migrations?.[next]?.(known) ?? known
  return known
}
