// Named servers and accounts. A secret goes in here and never comes out: answers only list the names of those set.
import type { Response, Router } from 'express'
import { lackOf } from '../../nodes/contract/connections.ts'
import type { Connection, ConnectionKind, ConnectionKindDefinition } from '../../nodes/contract/connections.ts'
import { BadRequestError, CodedError, ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import { namedHosts, hostsIn } from '../../nodes/contract/hosts.ts'
import { configSchemaOf, connectionPatchSchema, newConnectionSchema, readSecrets } from './connection-schemas.ts'
import { ConnectionNameSchema, ReceiverSchema, SentenceSchema } from './route-bodies.ts'
import { assertOwner, callerOf } from '../live/index.ts'
import { builtInNames, describeKind } from './kinds.ts'
import type { ConnectionView } from './route-answers.ts'
import type { ConnectionsRouteDeps } from './route-deps.ts'
import { fillConfigFrom, lostInConfig, lostWords } from './url-credentials.ts'
import { cutPage, ListQuerySchema, parseBody, parseInput } from '../../nodes/contract/input.ts'

async function find(deps: ConnectionsRouteDeps, name: string): Promise<ConnectionView> {
  const found = (await deps.connections.list()).find((each) => each.name === name)
  if (found) return found
  throw new NotFoundError('CONNECTION_NOT_FOUND', `There is no connection “${name.slice(0, 64)}”.`)
}

/** Whoever makes a connection that starts a program chooses what runs on this machine. */
function assertMayChoose({ connectionKinds }: ConnectionsRouteDeps, kind: ConnectionKind, response: Response): void {
  if (connectionKinds.get(kind)?.can.run !== undefined) assertOwner(callerOf(response))
}

/** Field by field, so that nothing a store may add, least of all a secret, slips out. */
function view({ name, kind, can, config, hasSecret, usedBy }: ConnectionView): ConnectionView {
  return { name, kind, can, config, hasSecret, usedBy }
}

function readConfig(
  deps: ConnectionsRouteDeps,
  kind: ConnectionKind,
  config: Record<string, unknown>,
): Record<string, unknown> {
  assertReachable(deps, { config })
  const definition = deps.connectionKinds.get(kind)
  // Of a package that is gone: what was stored stays as it is until its kind is known again.
  if (!definition)
    throw new BadRequestError(
      'CONNECTION_KIND_MISSING',
      `Heed does not know the kind “${kind}” here. Install its package again, or delete the connection.`,
    )
  return parseInput(configSchemaOf(definition), { config }, 'CONNECTION_CONFIG_WRONG').config
}

/** What could never be reached is said when it is typed, not when the first alert fails. */
function assertReachable(deps: ConnectionsRouteDeps, typed: { config?: unknown; secret?: unknown }): void {
  for (const { host, field } of namedHosts(typed)) {
    const refusal = deps.refusalOf(host.replace(/:\d+$/, ''))
    if (refusal === undefined) continue
    const message = `“${field}” cannot be used: ${refusal}; nothing in a flow may reach it.`
    throw new BadRequestError('CONNECTION_CONFIG_WRONG', message, {
      details: {
        problems: [{ node: null, port: null, field, code: 'CONNECTION_CONFIG_WRONG', message, severity: 'error' }],
      },
    })
  }
}

/** The typed secrets as they are stored; throws for what could never be sent, or never be reached. */
function secretsOf(
  deps: ConnectionsRouteDeps,
  kind: ConnectionKind,
  typed: Record<string, string>,
): Record<string, string> {
  const secret = readSecrets(deps.connectionKinds.get(kind), typed)
  assertReachable(deps, { secret })
  return secret
}

/** Throws BadRequestError CONNECTION_SECRET_AGAIN (422) when a stored secret would go where it was not given for. */
function assertSecretsStay(
  deps: ConnectionsRouteDeps,
  before: Pick<ConnectionView, 'name' | 'kind' | 'config' | 'hasSecret'>,
  next: Pick<Connection, 'kind' | 'config'>,
  given: Record<string, string>,
): void {
  assertMarksKept(next.config, before.config)
  const again = secretsToAskAgain(deps.connectionKinds.get(next.kind), before, next, given)
  if (again.length === 0) return
  const message = `The connection “${before.name}” now leads somewhere else, and what is stored was given for the old address only. Enter it again: ${again.join(', ')}.`
  throw new BadRequestError('CONNECTION_SECRET_AGAIN', message, {
    details: {
      status: 422,
      problems: again.map((name) => ({
        node: null,
        port: null,
        field: `secret.${name}`,
        code: 'CONNECTION_SECRET_AGAIN',
        message,
        severity: 'error',
      })),
    },
  })
}

/** Throws the same for an address with a mark in it behind which nothing is kept for where it leads; `before` has marks or what was typed. */
function assertMarksKept(config: Record<string, unknown>, before: Record<string, unknown>): void {
  const lost = lostInConfig(config, before)
  const [first] = lost
  if (!first) return
  throw new BadRequestError('CONNECTION_SECRET_AGAIN', lostWords(first), {
    details: {
      status: 422,
      problems: lost.map((each) => ({
        node: null,
        port: null,
        field: `config.${each.field}`,
        code: 'CONNECTION_SECRET_AGAIN',
        message: lostWords(each),
        severity: 'error',
      })),
    },
  })
}

function withoutEmpty(secret: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(secret).filter(([, value]) => value !== ''))
}

async function assertUnused(deps: ConnectionsRouteDeps, connection: ConnectionView): Promise<void> {
  if (connection.usedBy.length === 0) return
  const names = new Map((await deps.flows.list()).map((flow) => [flow.id, flow.name]))
  const flows = [...new Set(connection.usedBy.map(({ flow }) => `“${names.get(flow) ?? flow}”`))]
  throw new ConflictError(
    'CONNECTION_IN_USE',
    `The connection “${connection.name}” is used by ${flows.join(', ')}. Choose another one there first.`,
  )
}

/** The stored connection with what the body changes, or a new one that is not saved yet. */
async function connectionToTest(deps: ConnectionsRouteDeps, name: string, body: unknown): Promise<Connection> {
  const typedPatch = parseInput(connectionPatchSchema(deps.connectionKinds), body ?? {})
  let stored: Connection | undefined
  try {
    stored = await deps.connections.get(name)
  } catch (thrown) {
    const isUnknown =
      thrown instanceof NotFoundError || (thrown instanceof CodedError && thrown.code === 'CONNECTION_MISSING')
    if (!isUnknown || typedPatch.kind === undefined) throw thrown
  }
  const kind = typedPatch.kind ?? stored?.kind
  if (kind === undefined) throw new BadRequestError('CONNECTION_KIND_MISSING', 'Say which kind of connection this is.')
  const patch = {
    ...typedPatch,
    secret: typedPatch.secret && secretsOf(deps, kind, typedPatch.secret),
  }
  const typed = patch.config === undefined && stored ? stored.config : readConfig(deps, kind, patch.config ?? {})
  if (stored)
    assertSecretsStay(
      deps,
      { ...stored, hasSecret: Object.keys(stored.secret) },
      { kind, config: typed },
      patch.secret ?? {},
    )
  else assertMarksKept(typed, {})
  const config = fillConfigFrom(typed, stored?.config ?? {})
  const can = deps.connectionKinds.get(kind)?.can ?? {}
  return { name, kind, can, config, secret: withoutEmpty({ ...stored?.secret, ...patch.secret }) }
}

/** What can be connected. Kinds do not change while the process runs, so they are described once. */
function addKindRoutes(api: Router, { connectionKinds }: ConnectionsRouteDeps): void {
  const kinds = [...connectionKinds.values()].map(describeKind)
  api.get('/connections/kinds', (_request, response) => {
    response.json({ kinds })
  })
}

/** `/api/connections`. */
export function addConnectionRoutes(api: Router, deps: ConnectionsRouteDeps): void {
  const { connections, connectionKinds: kinds } = deps
  const builtIn = builtInNames(kinds)

  addKindRoutes(api, deps)
  addTryRoutes(api, deps)
  api.get('/connections', async (request, response) => {
    const query = parseInput(ListQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const { page, ...more } = cutPage(await connections.list(query), ({ name }) => name, query)
    response.json({ connections: page.map(view), ...more })
  })
  api.post('/connections', async (request, response) => {
    const { name, kind, config, secret: typed } = parseBody(newConnectionSchema(kinds), request.body)
    assertMayChoose(deps, kind, response)
    const secret = secretsOf(deps, kind, typed)
    if (builtIn.includes(name))
      throw new ConflictError(
        'CONNECTION_EXISTS',
        `There is a connection “${name}” already; it comes with Heed. Choose another name.`,
      )
    const read = readConfig(deps, kind, config)
    assertMarksKept(read, {})
    await connections.create({ name, kind, config: read, secret: withoutEmpty(secret) })
    response.status(201).json(view(await find(deps, name)))
  })
  api.put('/connections/:name', async (request, response) => {
    const patch = parseBody(connectionPatchSchema(kinds), request.body)
    const { name, kind } = await find(deps, request.params.name)
    assertMayChoose(deps, kind, response)
    if (patch.kind !== undefined && patch.kind !== kind) {
      throw new BadRequestError(
        'CONNECTION_KIND_FIXED',
        `The connection “${name}” is of the kind ${kind}, which cannot change. Add another connection.`,
      )
    }
    const secret = patch.secret && secretsOf(deps, kind, patch.secret)
    const config = patch.config && readConfig(deps, kind, patch.config)
    const change = { ...(config === undefined ? {} : { config }), ...(secret === undefined ? {} : { secret }) }
    // Judged by what is stored when it is written: somebody else may be changing it too.
    await connections.update(name, change, (stored) => {
      if (config) assertSecretsStay(deps, stored, { kind, config }, secret ?? {})
    })
    response.json(view(await find(deps, name)))
  })
  api.delete('/connections/:name', async (request, response) => {
    const connection = await find(deps, request.params.name)
    if (builtIn.includes(connection.name)) {
      throw new ConflictError(
        'CONNECTION_BUILT_IN',
        `The connection “${connection.name}” comes with Heed and cannot be deleted.`,
      )
    }
    await assertUnused(deps, connection)
    await connections.remove(connection.name)
    response.status(204).end()
  })
}

function addTryRoutes(api: Router, deps: ConnectionsRouteDeps): void {
  api.get('/connections/:name/voices', async (request, response) => {
    const name = parseInput(ConnectionNameSchema, request.params.name)
    response.json({ voices: await deps.voices(await deps.connections.get(name)) })
  })
  api.post('/connections/:name/say', async (request, response) => {
    const name = parseInput(ConnectionNameSchema, request.params.name)
    const sentence = parseInput(SentenceSchema, request.body ?? {})
    const sound = await deps.sample(await deps.connections.get(name), sentence)
    response.type(sound.contentType).set('Cache-Control', 'no-store').send(Buffer.from(sound.bytes))
  })
  api.post('/connections/:name/test', async (request, response) => {
    const name = parseInput(ConnectionNameSchema, request.params.name)
    const { to } = parseInput(ReceiverSchema, request.body ?? {})
    const connection = await connectionToTest(deps, name, request.body)
    assertMayChoose(deps, connection.kind, response)
    // What it cannot do without comes before whatever else may be wrong.
    const lack = lackOf(deps.connectionKinds.get(connection.kind), Object.keys(connection.secret))
    if (lack !== undefined) {
      response.json({ ok: false, message: `The connection “${name}” lacks ${lack}. Enter it, then test it again.` })
      return
    }
    const { ok, message, details } = await deps.testConnection(connection, to)
    response.json({ ok, message, ...(details ? { details } : {}) })
  })
}

// Where a connection sends its secret. A stored secret was given for one place: whoever names another one enters it again.
// Pure; never looks at a secret's value.
/** Those fields of any kind of connection that decide who gets to see the secret. */
function placeOf(
  definition: ConnectionKindDefinition | undefined,
  { kind, config }: Pick<Connection, 'kind' | 'config'>,
): string {
  const { url, host, port, command, ...others } = config
  // No address of its own means the service's usual one.
  const address = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  const place = address
    ? [address.protocol, address.hostname.replace(/\.$/, ''), address.port]
    : [typeof url === 'string' ? url.trim() : '']
  return JSON.stringify([
    kind,
    place,
    text(host).toLowerCase(),
    text(port),
    text(command),
    // Of a kind from elsewhere any field may name a host.
    hostsIn(others).sort(),
    definition?.placeOf?.(config) ?? '',
  ])
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

/**
 * The stored secrets that must be entered again for `next`: all of them when it leads elsewhere and the change does not bring
 * its own. One that is emptied is taken away, which is an answer too.
 */
function secretsToAskAgain(
  definition: ConnectionKindDefinition | undefined,
  before: Pick<Connection, 'kind' | 'config'> & { hasSecret: readonly string[] },
  next: Pick<Connection, 'kind' | 'config'>,
  given: Readonly<Record<string, string>>,
): string[] {
  if (placeOf(definition, before) === placeOf(definition, next)) return []
  return before.hasSecret.filter((name) => given[name] === undefined)
}
