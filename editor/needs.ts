// What the open flow still needs, where it came from somebody else: hosts to allow, connections, cameras. The server knows; only
// which cameras of a flow that has just come in nobody has looked at is kept here, until another flow is opened.
import { create } from 'zustand'
import { ApiError, api } from './api.ts'
import { openNeeds } from './graph/needs.ts'
import { checkFlow, currentFlow, useFlow } from './store.ts'
import type { FlowNeeds, Requires, StoredFlow } from './views.ts'
import { say } from './words/say.ts'

interface NeedsState {
  flow: string | null
  needs: FlowNeeds | null
  /** Cameras of an import that nobody has looked at. */
  looks: readonly Requires['cameras'][number][]
  /** It has just come in, or something of it waits for the owner's yes; and not everything was settled since. */
  isImported: boolean
  isOpen: boolean
  failure: string | null
}

const nothing: NeedsState = { flow: null, needs: null, looks: [], isImported: false, isOpen: false, failure: null }
export const useNeeds = create<NeedsState>()(() => nothing)

// Both panels have one place: whoever opens a card, by mouse or by key, sees the card.
useFlow.subscribe((now, before) => {
  if (now.isInspecting && !before.isInspecting && useNeeds.getState().isOpen) showNeeds(false)
})

/** A flow has just come in: its panel opens with it. */
export function beginImported(flow: StoredFlow, requires: Requires): void {
  const looks = requires.cameras.filter(({ reason }) => reason === 'address' || reason === 'device')
  useNeeds.setState({
    ...nothing,
    flow: flow.id,
    needs: { requires, unapprovedHosts: flow.unapprovedHosts ?? [] },
    looks,
    isImported: true,
    isOpen: true,
  })
}

/** Reads again what the flow needs; keeps what is known while the server is away. */
export async function readNeeds(id: string): Promise<void> {
  if (useNeeds.getState().flow !== id) useNeeds.setState({ ...nothing, flow: id })
  try {
    const needs = await api.flowNeeds(id)
    if (useNeeds.getState().flow === id) take(needs)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

function take(needs: FlowNeeds): void {
  // A camera that was taken out needs nobody's look.
  const there = currentFlow()?.nodes.map((node) => node.id)
  useNeeds.setState(({ looks, isImported }) => ({
    needs,
    looks: looks.filter(({ node }) => there?.includes(node) ?? true),
    isImported: isImported || needs.unapprovedHosts.length > 0,
  }))
  if (countOpen() === 0 && !useNeeds.getState().isOpen) settle()
}

/** How many things wait for a person. */
export function countOpen(): number {
  const { needs, looks } = useNeeds.getState()
  return needs
    ? openNeeds(
        needs,
        looks.map(({ node }) => node),
      )
    : 0
}

/** Nothing is open any more: the notice goes. */
function settle(): void {
  useNeeds.setState({ isImported: false, looks: [] })
}

/** Opens or closes the panel. */
export function showNeeds(isOpen: boolean): void {
  useNeeds.setState({ isOpen, failure: null })
  if (!isOpen && useNeeds.getState().needs && countOpen() === 0) settle()
}

/** Somebody has opened the camera's settings. */
export function lookedAt(node: string): void {
  useNeeds.setState(({ looks }) => ({ looks: looks.filter((each) => each.node !== node) }))
}

/** The owner's yes. */
export async function allowHosts(hosts: readonly string[]): Promise<void> {
  const { flow } = useNeeds.getState()
  if (flow === null || hosts.length === 0) return
  useNeeds.setState({ failure: null })
  try {
    await api.approveHosts(flow, hosts)
    await Promise.all([readNeeds(flow), checkFlow()])
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    useNeeds.setState({ failure: say('Not allowed yet: {why}', { why: error.message }) })
  }
}
