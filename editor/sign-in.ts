// Who is here and what this server offers: the owner, node types, connections, and this browser's own wishes.
import { create } from 'zustand'
import { ApiError, api, onSignedOut } from './api.ts'
import type { ConnectionKindView, ConnectionView, FlowSummary, NodeType, NodeTypes } from './views.ts'
import { keepWish, readWish } from './wishes.ts'

interface SignIn {
  /** `unknown` until the server has answered. */
  who: 'unknown' | 'stranger' | 'owner'
  hasOwner: boolean
  types: NodeTypes
  /** Kinds of connection, in the order in which they are offered. */
  kinds: ReadonlyMap<string, ConnectionKindView>
  connections: readonly ConnectionView[]
  flows: readonly FlowSummary[] | null
  /** Why the start did not work, in words. */
  error: string | null
  isMuted: boolean
}

export const useSignIn = create<SignIn>()(() => ({
  who: 'unknown',
  hasOwner: true,
  types: new Map<string, NodeType>(),
  kinds: new Map<string, ConnectionKindView>(),
  connections: [],
  flows: null,
  error: null,
  isMuted: readWish('muted') === 'yes',
}))

onSignedOut(() => useSignIn.setState((known) => (known.who === 'owner' ? { who: 'stranger' } : known)))

/** Asks who is here and, for the owner, reads everything a page needs to begin. */
export async function startSignedIn(): Promise<void> {
  try {
    const me = await api.me()
    if (!me.signedIn) return useSignIn.setState({ who: 'stranger', hasOwner: me.hasOwner, error: null })
    const [nodes, kinds, connections, flows] = await Promise.all([
      api.nodes(),
      api.connectionKinds(),
      api.connections(),
      api.flows(),
    ])
    useSignIn.setState({
      who: 'owner',
      hasOwner: me.hasOwner,
      types: new Map(nodes.map((type) => [type.type, type])),
      kinds: new Map(kinds.map((view) => [view.kind, view])),
      connections,
      flows,
      error: null,
    })
  } catch (error) {
    useSignIn.setState({ error: error instanceof Error ? error.message : String(error) })
  }
}

/** Reads the connections again after a change. */
export async function readConnections(): Promise<void> {
  await quietly(async () => useSignIn.setState({ connections: await api.connections() }))
}

/** Reads the list of flows again. */
export async function readFlows(): Promise<void> {
  await quietly(async () => useSignIn.setState({ flows: await api.flows() }))
}

/** Leaves; the next page is the sign-in. */
export async function leave(): Promise<void> {
  await quietly(() => api.signOut())
  useSignIn.setState({ who: 'stranger', hasOwner: true })
}

/** Turns the sound of alerts on or off in this browser. */
export function setMuted(isMuted: boolean): void {
  keepWish('muted', isMuted ? 'yes' : 'no')
  useSignIn.setState({ isMuted })
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // What was read before stays on screen; the live feed's state says that the server is away.
    if (!(error instanceof ApiError)) throw error
  }
}
