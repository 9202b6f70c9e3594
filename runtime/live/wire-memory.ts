// What passed last on each wire, for whoever opens a flow later. Of all flows together it keeps a bounded number of wires: those unused for
// longest go first. In memory only: a wire is quiet again after a restart.
import type { LiveMessage } from './messages.ts'
import type { LastPass } from './route-answers.ts'

const mostWires = 5_000

export interface WireMemory {
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
