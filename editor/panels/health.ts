// How all that is deployed is, in one sentence. It says "all is well" only of what it knows to be well: a flow that has failed, a flow
// whose state was not read yet and somebody who cannot be told all stand against it.
import type { EventView, FlowStatus, FlowSummary } from '../views.ts'
import { count, timeOfDay } from '../words.ts'
import { say } from '../words/say.ts'
import { useSignIn } from '../sign-in.ts'
import { cardNames } from '../../nodes/contract/card-names.ts'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import { isAwake } from './use-flows.ts'

export interface Health {
  words: string
  isBad: boolean
}

/** What somebody meant to run: it watches, tries to, or has died of an error. */
export const isMeant = ({ state }: Pick<FlowSummary, 'state'>): boolean => isAwake(state) || state === 'failed'

/** What to call one stream of a flow: its camera where there are several, else the flow. */
export function watchedName(
  { name, cards }: Pick<FlowSummary, 'name' | 'cards'>,
  stream: Pick<StreamStatus, 'source' | 'cameraName'>,
  all: readonly unknown[],
  titleOf: (type: string) => string | undefined = (type) => useSignIn.getState().types.get(type)?.title,
): string {
  if (stream.cameraName !== undefined) return stream.cameraName
  return (all.length > 1 ? cardNames(cards, titleOf).get(stream.source) : undefined) ?? name
}

/** Where an event was, for a list of several flows: the flow, and its camera where it has several. */
export function placeOf(
  event: Pick<EventView, 'flow' | 'stream'>,
  flows: readonly FlowSummary[],
  titleOf?: (type: string) => string | undefined,
): string | undefined {
  const flow = flows.find(({ id }) => id === event.flow)
  if (!flow || event.stream === null) return flow?.name
  const card = flow.cards.find(({ node }) => event.stream === `${flow.id}-${node}`)
  const cameras = flow.cards.filter(({ type }) => type === card?.type)
  const camera = card && watchedName(flow, { source: card.node }, cameras, titleOf)
  return camera === undefined || camera === flow.name ? flow.name : `${flow.name}, ${camera}`
}

interface Trouble {
  name: string
  why: string | null
}

function troublesOf(flow: FlowSummary, status: FlowStatus | undefined): Trouble[] {
  const { name, state } = flow
  const all = status?.streams ?? []
  const streams = all.filter((stream) => stream.state === 'degraded' || stream.state === 'failed')
  if (streams.length > 0) return streams.map((stream) => ({ name: watchedName(flow, stream, all), why: stream.reason }))
  if (state !== 'degraded' && state !== 'failed') return []
  return [{ name, why: status?.receivers[0]?.text ?? null }]
}

/** Null where nothing is meant to run. `unknownSince`: since when nothing is heard of it; `unseen`: alerts that nobody has seen. */
export function healthOf(
  flows: readonly FlowSummary[],
  status: Readonly<Record<string, FlowStatus | undefined>>,
  { unknownSince, unseen }: { unknownSince: string | null; unseen: number },
): Health | null {
  const meant = flows.filter(isMeant)
  if (meant.length === 0) return null
  const troubles = meant.flatMap((flow) => troublesOf(flow, status[flow.id]))
  const isBad = troubles.length > 0
  if (unknownSince !== null)
    return { words: say('How the cameras are is not known since {time}.', { time: timeOfDay(unknownSince) }), isBad }
  const streams = meant.flatMap(({ id }) => status[id]?.streams ?? [])
  const [first] = troubles
  if (first) {
    const { name, why } = first
    const words =
      troubles.length === 1
        ? why === null
          ? say('{name} is in trouble.', { name })
          : say('{name} is in trouble: {why}', { name, why })
        : say('{n} of {all} cameras are in trouble; {name} is one of them.', {
            n: troubles.length,
            all: Math.max(streams.length, troubles.length),
            name,
          })
    return { words, isBad }
  }
  const watching = streams.filter(({ state }) => state === 'running')
  const isOpening = meant.some(({ id }) => !status[id]) || streams.some(({ state }) => state === 'starting')
  const cameras = count(watching.length, 'camera')
  if (isOpening || watching.length === 0) return { words: say('The cameras are being opened.'), isBad }
  // Nothing is well while somebody may lie on the floor, however fine the cameras are.
  if (unseen > 0)
    return {
      words: say('Watching {cameras}; {things} for you to see.', { cameras, things: count(unseen, 'alert') }),
      isBad,
    }
  return { words: say('All is well: watching {cameras}.', { cameras }), isBad }
}
