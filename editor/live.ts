// What is happening now, over all flows: stream states, decisions, events. Fed by the live feed, topped up by reading.
// Bounded everywhere; it keeps facts and words them nowhere.
import { create } from 'zustand'
import { correctedBy, secondLooks } from '../nodes/contract/alerts.ts'
import type { StreamStatus } from '../nodes/contract/events.ts'
import { ApiError, api, pictures } from './api.ts'
import { openLive } from './live-line.ts'
import { isWaiting } from './graph/alerts.ts'
import { mergeEvent } from './graph/event-merge.ts'
import { stateOf } from './graph/standing.ts'
import { readPasses, takePasses } from './passes.ts'
import { mergeDecisions } from './graph/timeline.ts'
import type { EventView, FlowStatus, LiveEvent, ReceiverView, StreamDecision } from './views.ts'

const decisionsKept = 240
const eventsKept = 1000
/** An alert older than this is news to nobody: it only was not read before. */
const newsMs = 120_000
const doubtAfterMs = 2000
const factsMs = 300

interface Live {
  /** Null until the feed has said either way. */
  isConnected: boolean | null
  /** ISO 8601: since when nothing is known of what runs; null while the feed tells. */
  unknownSince: string | null
  /** How often the feed has begun: after each, what was missed is read. */
  connects: number
  status: Record<string, FlowStatus>
  /** By stream id, oldest first. */
  decisions: Record<string, readonly StreamDecision[]>
  /** Newest first, all flows. */
  events: readonly EventView[]
  /** Counts moments in which lists of events may have changed: whoever shows one reads it again. */
  facts: number
}

export const useLive = create<Live>()(() => ({
  isConnected: null,
  unknownSince: null,
  connects: 0,
  status: {},
  decisions: {},
  events: [],
  facts: 0,
}))

let nextFacts: ReturnType<typeof setTimeout> | undefined
/** Not for each fact of a burst: a moment later, once for all of them. */
function countFacts(): void {
  nextFacts ??= setTimeout(() => {
    nextFacts = undefined
    useLive.setState(({ facts }) => ({ facts: facts + 1 }))
  }, factsMs)
}

type AlertListener = (event: EventView) => void
const alertListeners = new Set<AlertListener>()
/** Tells about each event that reaches somebody for the first time. Returns the way to stop listening. */
export function onAlert(listener: AlertListener): () => void {
  alertListeners.add(listener)
  return () => alertListeners.delete(listener)
}

type SaveListener = (flow: string, revision: number) => void
const saveListeners = new Set<SaveListener>()
/** Tells about each save of a flow, whoever saved it. Returns the way to stop listening. */
export function onSaved(listener: SaveListener): () => void {
  saveListeners.add(listener)
  return () => saveListeners.delete(listener)
}

type PresenceListener = (message: Extract<LiveEvent, { type: 'presence' }>) => void
const presenceListeners = new Set<PresenceListener>()
/** Tells about windows that have a flow open. Returns the way to stop listening. */
export function onPresence(listener: PresenceListener): () => void {
  presenceListeners.add(listener)
  return () => presenceListeners.delete(listener)
}

interface SpeechListener {
  /** It can be heard from now on. */
  begins(speech: Extract<LiveEvent, { type: 'speech' }>['speech']): void
  /** It came too late to be said. */
  dropped(text: string): void
}
const speechListeners = new Set<SpeechListener>()
/** Tells about each thing said aloud, as its sound begins. Returns the way to stop listening. */
export function onSpeech(listener: SpeechListener): () => void {
  speechListeners.add(listener)
  return () => speechListeners.delete(listener)
}

const announced = new Set<string>()
function announce(event: EventView): void {
  if (announced.has(event.id) || !isWaiting(event) || Date.now() - Date.parse(event.at) > newsMs) return
  announced.add(event.id)
  for (const listener of alertListeners) listener(event)
}

function takeStatus(flow: string, status: StreamStatus): void {
  useLive.setState((live) => {
    const known = live.status[flow]?.streams ?? []
    const streams = known.some((stream) => stream.id === status.id)
      ? known.map((stream) => (stream.id === status.id ? status : stream))
      : [...known, status]
    const receivers = live.status[flow]?.receivers ?? []
    return {
      status: { ...live.status, [flow]: { deployment: null, ...live.status[flow], ...whole(streams, receivers) } },
    }
  })
}

/** A flow whose cameras are all well is not, while somebody cannot be told. */
function whole(streams: StreamStatus[], receivers: ReceiverView[]): Omit<FlowStatus, 'deployment'> {
  const state = stateOf(streams, 'stopped')
  return { state: state === 'running' && receivers.length > 0 ? 'degraded' : state, streams, receivers }
}

function takeReceiver({ flow, node, receiver }: Extract<LiveEvent, { type: 'receiver' }>): void {
  useLive.setState((live) => {
    const known = live.status[flow]
    if (!known) return live
    const others = (known.receivers ?? []).filter((each) => each.node !== node)
    const receivers = receiver ? [...others, { node, ...receiver }] : others
    return { status: { ...live.status, [flow]: { ...known, ...whole(known.streams, receivers) } } }
  })
}

function takeDecisions(stream: string, decisions: readonly StreamDecision[]): void {
  useLive.setState((live) => ({
    decisions: { ...live.decisions, [stream]: mergeDecisions(live.decisions[stream] ?? [], decisions, decisionsKept) },
  }))
}

/** Puts events in their place, newest first; what is known of one since it was read stays. */
export function takeEvents(more: readonly EventView[]): void {
  useLive.setState((live) => {
    const byId = new Map(live.events.map((event) => [event.id, event]))
    for (const event of more) byId.set(event.id, mergeEvent(byId.get(event.id), event))
    const events = [...byId.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, eventsKept)
    return { events }
  })
}

function takeDelivery({ eventId, ...told }: Extract<LiveEvent, { type: 'delivery' }>['delivery']): void {
  const delivery = { ...told, type: told.type ?? null, code: told.code ?? null }
  const event = useLive.getState().events.find((candidate) => candidate.id === eventId)
  if (!event) return void readEvent(eventId)
  const deliveries = event.deliveries.some((other) => other.id === delivery.id)
    ? event.deliveries.map((other) => (other.id === delivery.id ? { ...other, ...delivery } : other))
    : [...event.deliveries, delivery]
  // What was told only now has become an alert.
  if (!event.alert && !deliveries.some(({ id }) => event.deliveries.some((known) => known.id === id)))
    void readEvent(eventId)
  const next = { ...event, deliveries }
  takeEvents([next])
  announce(next)
}

async function readEvent(id: string): Promise<void> {
  try {
    const event = await api.event(id)
    takeEvents([event])
    announce(event)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** A second look was taken: what it said stands on the alert that it was about. */
async function readCorrected(id: string): Promise<void> {
  try {
    const of = correctedBy(await api.event(id))
    if (of !== undefined) takeEvents([await api.event(of)])
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

function takeSeen({ ids, at, by }: Extract<LiveEvent, { type: 'seen' }>): void {
  const seen = new Set(ids)
  const known = useLive.getState().events.filter(({ id, acknowledgedAt }) => seen.has(id) && acknowledgedAt === null)
  if (known.length > 0) takeEvents(known.map((event) => ({ ...event, acknowledgedAt: at, acknowledgedBy: by })))
}

function take(message: LiveEvent): void {
  if (message.type === 'event' || message.type === 'delivery' || message.type === 'seen') countFacts()
  if (message.type === 'presence') return presenceListeners.forEach((listener) => listener(message))
  if (message.type === 'saved') return saveListeners.forEach((listener) => listener(message.flow, message.revision))
  if (message.type === 'wires') {
    const { at, stream } = message
    return takePasses(
      message.flow,
      message.passes.map((pass) => ({ ...pass, at, stream })),
    )
  }
  if (message.type === 'status') return takeStatus(message.flow, message.status)
  if (message.type === 'decision')
    return takeDecisions(message.stream, [{ ...message.decision, stream: message.stream }])
  if (message.type === 'delivery') return takeDelivery(message.delivery)
  if (message.type === 'receiver') return takeReceiver(message)
  if (message.type === 'speech') return speechListeners.forEach((listener) => listener.begins(message.speech))
  if (message.type === 'seen') return takeSeen(message)
  const { hasFrame, ...event } = message.event
  const known = useLive.getState().events.find((candidate) => candidate.id === event.id)
  if (known) return
  const view: EventView = {
    ...event,
    flow: message.flow,
    revision: 0,
    fields: {},
    frame: hasFrame ? { url: pictures.event(event.id) } : null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    alert: event.alert ?? false,
    incident: null,
    verdict: null,
    deliveries: [],
  }
  takeEvents([view])
  announce(view)
  if (secondLooks[event.kind]) void readCorrected(event.id)
  if (event.kind === 'speech.dropped') for (const listener of speechListeners) listener.dropped(event.text)
}

/** Reads a flow's state, its last decisions and events: when it is opened, and after the feed was away. */
export async function readFlow(id: string): Promise<void> {
  void readPasses(id)
  try {
    const [status, { decisions }, { events }] = await Promise.all([
      api.status(id),
      api.decisions(id, { limit: 120 }),
      api.events({ flow: id, limit: 50 }),
    ])
    useLive.setState((live) => ({ status: { ...live.status, [id]: status } }))
    const lanes = Map.groupBy(decisions, (decision) => decision.stream ?? status.streams[0]?.id ?? id)
    for (const [stream, lane] of lanes) takeDecisions(stream, lane)
    takeEvents(events)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Reads the state of a flow only: cheap enough to repeat. */
export async function readStatus(id: string): Promise<void> {
  try {
    const status = await api.status(id)
    useLive.setState((live) => ({ status: { ...live.status, [id]: status } }))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Reads the newest events of all flows. */
export async function readEvents(): Promise<void> {
  try {
    const { events } = await api.events({ limit: 100 })
    takeEvents(events)
    countFacts()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Says that a person has seen it. */
export async function acknowledge(id: string): Promise<void> {
  takeEvents([await api.acknowledge(id)])
  countFacts()
}

/** Says that a person has seen all of a list, up to the newest it showed. */
export async function acknowledgeAll(options: Parameters<typeof api.acknowledgeAll>[0]): Promise<void> {
  await api.acknowledgeAll(options)
  await readEvents()
}

/** Starts listening; `onBack` after each connect but the first. Returns the way to stop. */
export function listen(onBack: () => void): () => void {
  let wasConnected = false
  let doubt: ReturnType<typeof setTimeout> | undefined
  const stop = openLive(take, (isConnected) => {
    if (isConnected && wasConnected) onBack()
    wasConnected ||= isConnected
    clearTimeout(doubt)
    doubt = undefined
    if (isConnected) useLive.setState({ unknownSince: null })
    else doubtAt(new Date().toISOString())
    useLive.setState(({ connects }) => ({ isConnected, connects: isConnected ? connects + 1 : connects }))
  })
  // A feed that begins anew at once is no news: only what lasts makes the page doubt what it shows.
  const doubtAt = (since: string): void => {
    doubt = setTimeout(
      () => useLive.setState(({ unknownSince }) => ({ unknownSince: unknownSince ?? since })),
      doubtAfterMs,
    )
  }
  return () => {
    clearTimeout(doubt)
    stop()
  }
}
