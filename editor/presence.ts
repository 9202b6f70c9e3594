// Who else has the open flow before them: other windows, of this person or of another. Each says so every few seconds; who falls silent
// is forgotten. Must never stand in the way of anything: what cannot be told is not told.
import { useEffect } from 'react'
import { create } from 'zustand'
import { api } from './api.ts'
import { onPresence, useLive } from './live.ts'
import { useFlow } from './store.ts'

const againMs = 10_000
const forgetMs = 25_000
const settleMs = 400

/** This window, for as long as the page lives. */
const own = crypto.randomUUID()

export interface Other {
  window: string
  flow: string
  /** The card they have selected. */
  node: string | null
  atMs: number
}

export const useOthers = create<{ others: readonly Other[] }>()(() => ({ others: [] }))

/** Takes what a window says of itself; answers one that is new, so that it knows of this one at once. */
function takePresence(other: Omit<Other, 'atMs'> & { isGone: boolean }): void {
  if (other.window === own) return
  const { others } = useOthers.getState()
  const rest = others.filter(({ window, atMs }) => window !== other.window && Date.now() - atMs < forgetMs)
  const isNew = !others.some(({ window }) => window === other.window)
  const { isGone, ...here } = other
  useOthers.setState({ others: isGone ? rest : [...rest, { ...here, atMs: Date.now() }] })
  if (isNew && !isGone && useFlow.getState().id === other.flow) tell(other.flow)
}

function tell(flow: string, isGone = false): void {
  const [node = null] = useFlow.getState().selection.nodes
  api.presence(flow, { window: own, node, isGone }).catch(() => undefined)
}

onPresence(({ window, flow, node, isGone }) => takePresence({ window, flow, node, isGone }))

/** Says that this window has the flow open, and where in it, until it has not. */
export function usePresence(flow: string): void {
  const node = useFlow(({ selection }) => selection.nodes[0])
  const connects = useLive((live) => live.connects)
  useEffect(() => {
    const timer = setTimeout(() => tell(flow), settleMs)
    return () => clearTimeout(timer)
  }, [flow, node, connects])
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') tell(flow)
      const others = useOthers.getState().others.filter(({ atMs }) => Date.now() - atMs < forgetMs)
      useOthers.setState({ others })
    }, againMs)
    const leave = (): void => tell(flow, true)
    addEventListener('pagehide', leave)
    return () => {
      clearInterval(timer)
      removeEventListener('pagehide', leave)
      leave()
    }
  }, [flow])
}
