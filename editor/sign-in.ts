// Who is here and what this server offers from its start on: node types, kinds of connection; and this browser's own wishes.
import { create } from 'zustand'
import { ApiError, api, onSignedOut } from './api.ts'
import { connectionsQuery, flowsQuery, queries } from './queries.ts'
import type { ConnectionKindView, NodeType, NodeTypes } from './views.ts'
import { keepWish, readWish } from './wishes.ts'

interface SignIn {
  /** `unknown` until the server has answered. */
  who: 'unknown' | 'stranger' | 'owner'
  hasOwner: boolean
  types: NodeTypes
  /** Kinds of connection, in the order in which they are offered. */
  kinds: ReadonlyMap<string, ConnectionKindView>
  /** Why the start did not work, in words. */
  error: string | null
  isMuted: boolean
}

export const useSignIn = create<SignIn>()(() => ({
  who: 'unknown',
  hasOwner: true,
  types: new Map<string, NodeType>(),
  kinds: new Map<string, ConnectionKindView>(),
  error: null,
  isMuted: readWish('muted') === 'yes',
}))

onSignedOut(() => {
  if (useSignIn.getState().who === 'owner') forget()
})

/** What one owner read is no business of the next. */
function forget(): void {
  useSignIn.setState({ who: 'stranger' })
  queries.clear()
}

/** Asks who is here and, for the owner, reads everything a page needs to begin. */
export async function startSignedIn(): Promise<void> {
  try {
    const me = await api.me()
    if (!me.signedIn) return useSignIn.setState({ who: 'stranger', hasOwner: me.hasOwner, error: null })
    const [nodes, kinds] = await Promise.all([
      api.nodes(),
      api.connectionKinds(),
      queries.fetchQuery(connectionsQuery),
      queries.fetchQuery(flowsQuery),
    ])
    useSignIn.setState({
      who: 'owner',
      hasOwner: me.hasOwner,
      types: new Map(nodes.map((type) => [type.type, type])),
      kinds: new Map(kinds.map((view) => [view.kind, view])),
      error: null,
    })
  } catch (error) {
    useSignIn.setState({ error: error instanceof Error ? error.message : String(error) })
  }
}

/** Leaves; the next page is the sign-in. */
export async function leave(): Promise<void> {
  try {
    await api.signOut()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
  useSignIn.setState({ hasOwner: true })
  forget()
}

/** Turns the sound of alerts on or off in this browser. */
export function setMuted(isMuted: boolean): void {
  keepWish('muted', isMuted ? 'yes' : 'no')
  useSignIn.setState({ isMuted })
}
