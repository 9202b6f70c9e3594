// The versions of the open flow, and the one that is compared with the drawing. Only reads; going back is a change like any other.
import { create } from 'zustand'
import type { Flow } from '../nodes/contract/flow.ts'
import { ApiError, api, call } from './api.ts'
import { diffFlows, type FlowDiff } from './graph/diff.ts'
import type { Revision } from './views.ts'
import { changeFlow, currentFlow, saveNow, useFlow } from './store.ts'

interface Versions {
  /** The flow whose versions are shown; null while the panel is closed. */
  flow: string | null
  list: readonly Revision[] | null
  chosen: { revision: number; document: Flow } | null
  failure: string | null
}

const closed: Versions = { flow: null, list: null, chosen: null, failure: null }
export const useVersions = create<Versions>()(() => closed)

export const closeVersions = (): void => useVersions.setState(closed)

async function orSay(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    useVersions.setState({ failure: error.message })
  }
}

/** Opens the list, the newest first; what is not saved yet is saved before. */
export async function openVersions(): Promise<void> {
  const { id } = useFlow.getState()
  if (id === null) return
  useVersions.setState({ ...closed, flow: id })
  await orSay(async () => {
    await saveNow()
    const list = await api.flowRevisions(id)
    if (useVersions.getState().flow === id)
      useVersions.setState({ list: [...list].sort((a, b) => b.revision - a.revision) })
  })
}

/** Compares a version with the drawing. */
export async function chooseVersionToSee(revision: number): Promise<void> {
  const { flow } = useVersions.getState()
  if (flow === null) return
  await orSay(async () => {
    const { document } = await api.flowRevision(flow, revision)
    if (useVersions.getState().flow === flow) useVersions.setState({ chosen: { revision, document }, failure: null })
  })
}

/** Gives a version a name, by which it is found again and kept; "" takes the name away. */
export async function nameVersion(revision: number, title: string): Promise<void> {
  const { flow } = useVersions.getState()
  if (flow === null) return
  await orSay(async () => {
    await call('PUT /flows/:id/revisions/:revision', { id: flow, revision: String(revision) }, { body: { title } })
    useVersions.setState(({ list }) => ({
      failure: null,
      list: list?.map((each) => (each.revision === revision ? { ...each, title: title || null } : each)) ?? null,
    }))
  })
}

/** The drawing becomes as it was then: one step, that can be undone. */
export function goBackToChosen(): void {
  const { chosen } = useVersions.getState()
  if (!chosen) return
  changeFlow(() => chosen.document)
  closeVersions()
}

let known: { before: Flow; after: Flow; diff: FlowDiff } | null = null

/** What has changed since the chosen version; null while none is chosen. */
export function currentDiff(): FlowDiff | null {
  const before = useVersions.getState().chosen?.document
  const after = currentFlow()
  if (!before || !after) return null
  if (known?.before !== before || known.after !== after) known = { before, after, diff: diffFlows(before, after) }
  return known.diff
}

/** How a card of the drawing is different from the chosen version. */
export function useDiffOf(id: string): 'added' | 'changed' | undefined {
  const isComparing = useVersions(({ chosen }) => chosen !== null)
  const flow = useFlow((open) => (isComparing ? open.history?.present : undefined))
  const diff = flow ? currentDiff() : null
  if (!diff) return undefined
  if (diff.added.some((node) => node.id === id)) return 'added'
  return diff.changed.some(({ node }) => node.id === id) ? 'changed' : undefined
}
