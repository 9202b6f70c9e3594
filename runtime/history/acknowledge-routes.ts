// What is behind the link of a message: one event, its picture, and "I have seen it". For people without an account, so it
// shows nothing else, and is answered so many times a minute.
import type { Request, RequestHandler, Router } from 'express'
import { does } from '../../nodes/contract/define.ts'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { AuthError, CodedError, ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import { createAcknowledgeLinks, type Purpose } from './acknowledge-links.ts'
import { tellSeen } from './routes.ts'
import { limitRequests } from '../live/index.ts'
import type { HistoryRouteDeps } from './route-deps.ts'
import type { EventView } from './records.ts'
import type { LinkedEvent } from './route-answers.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import { NameSchema } from './route-bodies.ts'

const perMinute = 60

/** Everything under `/api/acknowledge`. */
export function addAcknowledgeRoutes(api: Router, deps: HistoryRouteDeps): void {
  const links = createAcknowledgeLinks(deps)
  const eventOf = async (
    request: Request<{ token: string }>,
    ...more: Purpose[]
  ): Promise<{ event: EventView; expiresAtMs: number; node?: string }> => {
    const { eventId, ...link } = links.read(request.params.token, deps.nowMs(), 'acknowledge', ...more)
    return { event: await deps.events.get(eventId).catch(inWords), ...link }
  }
  const limit = limiter(deps)

  api.get('/acknowledge/:token', limit, async (request: Request<{ token: string }>, response) => {
    const { event, expiresAtMs, node } = await eventOf(request)
    response.json({ ...(await view(deps, event, node)), expiresAt: new Date(expiresAtMs).toISOString() })
  })
  api.get('/acknowledge/:token/frame', limit, async (request: Request<{ token: string }>, response) => {
    const { event } = await eventOf(request, 'picture')
    const jpeg = await frameOf(deps, event)
    if (!jpeg)
      throw new NotFoundError(
        'EVENT_FRAME_MISSING',
        'There is no picture with this event: it had none, or it is older than pictures are kept.',
      )
    // Shown inside other pages too: a chat's window, a notification.
    response.set({
      'Content-Type': 'image/jpeg',
      'Cache-Control': 'private, max-age=3600',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
    response.send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength))
  })
  // Mail scanners and link previews open every link: only the button, a POST, acknowledges.
  api.post('/acknowledge/:token', limit, async (request: Request<{ token: string }>, response) => {
    const { event, node } = await eventOf(request)
    const { name } = parseInput(NameSchema, request.body ?? {})
    const {
      event: after,
      isFirst,
      seen,
    } = await deps.events.acknowledge(event.id, name ? `${name} (link)` : 'link').catch(inWords)
    tellSeen(deps.bus, after, seen)
    if (!isFirst) throw alreadyDone(after)
    response.json(await view(deps, after, node))
  })
}

/** What is gone, with its flow or by age. */
function inWords(thrown: unknown): never {
  if (thrown instanceof NotFoundError)
    throw new NotFoundError(
      'ACKNOWLEDGE_EVENT_GONE',
      'This alert is not kept any more: its flow was deleted, or it is too old. There is nothing left to do here.',
      { cause: thrown },
    )
  throw thrown
}

function alreadyDone({ acknowledgedAt, acknowledgedBy }: EventView): ConflictError {
  const who =
    acknowledgedBy === null || acknowledgedBy === 'link' ? 'Somebody' : acknowledgedBy.replace(/ \(link\)$/, '')
  const at = acknowledgedAt === null ? '' : `, at ${acknowledgedAt.slice(0, 16).replace('T', ' ')} UTC`
  return new ConflictError('ACKNOWLEDGE_LINK_USED', `${who} has acknowledged this already${at}. Thank you.`, {
    details: { at: acknowledgedAt },
  })
}

function limiter({ nowMs }: Pick<HistoryRouteDeps, 'nowMs'>): RequestHandler {
  return limitRequests(nowMs, {
    most: perMinute,
    perMs: 60_000,
    refuse: () =>
      new AuthError('AUTH_TOO_MANY_TRIES', 'Too many requests from here. Wait a minute, then try again.', {
        details: { status: 429, retryAfterMs: 60_000 },
      }),
  })
}

async function view(deps: HistoryRouteDeps, event: EventView, node?: string): Promise<LinkedEvent> {
  const flow = await deps.flows.revision(event.flow, event.revision).catch(() => undefined)
  return {
    text: event.text,
    at: event.at,
    flow: flow?.document.name ?? '',
    acknowledgedAt: event.acknowledgedAt,
    acknowledgedBy: event.acknowledgedBy,
    hasFrame: (await frameOf(deps, event)) !== undefined,
    secondLook: event.secondLook ?? null,
    call: numbersFor(deps.nodes, flow?.document.nodes ?? [], node),
  }
}

/** The event's own picture, or that of what it is about. */
async function frameOf(deps: HistoryRouteDeps, event: EventView): Promise<Uint8Array | undefined> {
  const own = await deps.events.frame(event.id)
  const { about } = event.fields
  if (own || typeof about !== 'string') return own
  return await deps.events.frame(about).catch((thrown: unknown) => {
    if (thrown instanceof CodedError) return undefined
    throw thrown
  })
}

/** The numbers that the link's own notification names, each once: those of other receivers are not this one's to see. */
function numbersFor(types: HistoryRouteDeps['nodes'], nodes: FlowNode[], node: string | undefined): string[] {
  const senders = nodes.filter(({ type }) => does(types.get(type), 'notify'))
  // A link of an older message names no node: it shows numbers only where a single one can have sent it.
  const own =
    node === undefined ? (senders.length === 1 ? senders[0] : undefined) : senders.find(({ id }) => id === node)
  const list: unknown = own?.config.call
  const numbers = (Array.isArray(list) ? list : []).filter(
    (each): each is string => typeof each === 'string' && /\d{3}/.test(each),
  )
  return [...new Set(numbers)].slice(0, 10)
}
