// What passed last on each wire, and the message whose way is shown on the canvas. Fed by the live feed; keeps nothing of its own.
import { create } from 'zustand'
import { ApiError, api } from './api.ts'
import type { TraceView, WirePassView } from './views.ts'

interface Passes {
  /** By flow and wire (`node.port--node.port`). `n` counts, so that each pass is told from the one before. */
  byFlow: Record<string, Record<string, WirePassView & { n: number }>>
  /** The way that lights up. */
  trace: TraceView | null
}

export const usePasses = create<Passes>()(() => ({ byFlow: {}, trace: null }))

let n = 0
/** Takes what a tick sent along the wires; `isNews`: it pulses. */
export function takePasses(flow: string, passes: readonly WirePassView[], isNews = true): void {
  usePasses.setState(({ byFlow }) => {
    const wires = { ...byFlow[flow] }
    for (const pass of passes) {
      const key = `${pass.from}--${pass.to}`
      const known = wires[key]
      if (isNews || !known || known.at < pass.at) wires[key] = { ...pass, n: isNews ? ++n : 0 }
    }
    return { byFlow: { ...byFlow, [flow]: wires } }
  })
}

/** Reads what passed last before this page was open. */
export async function readPasses(flow: string): Promise<void> {
  try {
    takePasses(flow, await api.wires(flow), false)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Lights up the way of a message; none with null. */
export async function showTrace(event: string | null): Promise<void> {
  usePasses.setState({ trace: event === null ? null : await api.trace(event) })
}
