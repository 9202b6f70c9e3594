// Hands what the bus says to every watcher of the live feed, and remembers the last facts for those who come back.
// Never forwards what is meant for workers only.
import { randomBytes } from 'node:crypto'
import { isShown, type Shown } from './messages.ts'
import type { LiveRouteDeps } from './route-deps.ts'
import type { LiveClient, LiveItem, LiveSink } from './live-client.ts'
import { createLiveClient } from './live-client.ts'
import type { LastPass } from './route-answers.ts'
import type { LiveMessage } from './messages.ts'

export interface LiveHub {
  /** `lastEventId` as the browser gives it back: missed facts come first. */
  join(options: { flow: string | undefined; lastEventId: string | undefined; sink: LiveSink }): {
    client: LiveClient
    leave(): void
  }
  count(): number
  /** What passed last on each wire of a flow, as far as this process has heard. */
  wiresOf(flow: string): LastPass[]
  close(): void
}

const maxRemembered = 500
export const heartbeatMs = 15_000

function weigh(message: Shown): Pick<LiveItem, 'weight' | 'stream'> {
  if (message.type === 'status') return { weight: 'status', stream: message.status.id }
  if (message.type === 'decision' || message.type === 'wires') return { weight: 'decision', stream: message.stream }
  if (message.type === 'presence') return { weight: 'decision', stream: '' }
  return { weight: 'fact', stream: '' }
}

/** One subscription to the bus for any number of watchers; each message is written out once. */
export function createLiveHub(deps: Pick<LiveRouteDeps, 'bus' | 'nowMs'>): LiveHub {
  // A new name with each process: an id of another process says nothing here.
  const name = randomBytes(4).toString('hex')
  const members = new Set<{ flow: string | undefined; client: LiveClient }>()
  const remembered: { flow: string; item: LiveItem }[] = []
  let seq = 0

  const wires = createWireMemory()
  const unsubscribe = deps.bus.subscribe((message) => {
    if (!isShown(message)) return
    if (message.type === 'wires') wires.take(message)
    const { weight, stream } = weigh(message)
    if (members.size === 0 && weight !== 'fact') return
    seq += 1
    const text = `id: ${name}-${seq}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`
    const item: LiveItem = { seq, weight, stream, text }
    if (weight === 'fact') {
      remembered.push({ flow: message.flow, item })
      if (remembered.length > maxRemembered) remembered.shift()
    }
    for (const { flow, client } of members) if (flow === undefined || flow === message.flow) client.send(item)
  })
  const beat = setInterval(() => {
    for (const { client } of members) client.beat(deps.nowMs())
  }, heartbeatMs)
  beat.unref()

  const missedSince = (lastEventId: string | undefined): number => {
    const [process, last] = (lastEventId ?? '').split('-')
    return process === name && /^\d+$/.test(last ?? '') ? Number(last) : Infinity
  }

  return {
    join: ({ flow, lastEventId, sink }) => {
      const member = { flow, client: createLiveClient(sink) }
      const since = missedSince(lastEventId)
      for (const fact of remembered) {
        if (fact.item.seq > since && (flow === undefined || flow === fact.flow)) member.client.send(fact.item)
      }
      members.add(member)
      return {
        client: member.client,
        leave: () => {
          members.delete(member)
        },
      }
    },
    count: () => members.size,
    wiresOf: wires.of,
    close: () => {
      unsubscribe()
      clearInterval(beat)
      for (const { client } of [...members]) client.end()
      members.clear()
    },
  }
}

// What passed last on each wire, for whoever opens a flow later. Of all flows together it keeps a bounded number of wires: those unused for
// longest go first. In memory only: a wire is quiet again after a restart.
const mostWires = 5_000

interface WireMemory {
  take(message: Extract<LiveMessage, { type: 'wires' }>): void
  /** Newest last. */
  of(flow: string): LastPass[]
}

export function createWireMemory(most = mostWires): WireMemory {
  const known = new Map<string, { flow: string; pass: LastPass }>()
  return {
    take: ({ flow, stream, at, passes }) => {
      for (const pass of passes) {
        const key = `${flow} ${pass.from} ${pass.to}`
        known.delete(key)
        known.set(key, { flow, pass: { ...pass, stream, at } })
      }
      for (const key of known.keys()) {
        if (known.size <= most) break
        known.delete(key)
      }
    },
    of: (flow) => [...known.values()].filter((each) => each.flow === flow).map(({ pass }) => pass),
  }
}
