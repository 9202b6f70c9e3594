// The open flow: its document with undo, what is selected, how saving stands, its problems. Calls graph/; holds no rules itself.
import { create } from 'zustand'
import type { Flow } from '../nodes/contract/flow.ts'
import { ApiError, api } from './api.ts'
import { nameOf } from './graph/check.ts'
import { idsOf, wireId } from './graph/edit.ts'
import { amend, carry, record, redo, startHistory, undo, type History } from './graph/history.ts'
import { mergeFlows, type Side } from './graph/merge.ts'
import { FlowSaver, type SaveState } from './saving.ts'
import { useSignIn } from './sign-in.ts'
import type { Problem, StoredFlow } from './views.ts'
import { say } from './words/say.ts'
import type { Draft } from './saving.ts'

export interface Selection {
  nodes: readonly string[]
  wires: readonly string[]
}
const nothing: Selection = { nodes: [], wires: [] }

interface OpenFlow {
  id: string | null
  history: History<Flow> | null
  revision: number
  selection: Selection
  save: SaveState
  problems: readonly Problem[]
  /** Cards that somebody has tried to deploy and that were refused: what they still need is an error from then on. */
  insisted: ReadonlySet<string>
  loadError: string | null
  /** Why the last deploy or stop did not happen, in words. */
  deployError: string | null
  isDeploying: boolean
  isInspecting: boolean
}

const closed: OpenFlow = {
  id: null,
  history: null,
  revision: 0,
  selection: nothing,
  save: { kind: 'saved' },
  problems: [],
  insisted: new Set(),
  loadError: null,
  deployError: null,
  isDeploying: false,
  isInspecting: false,
}

export const useFlow = create<OpenFlow>()(() => closed)
let saver: FlowSaver | null = null

/** The document on screen, for commands. */
export function currentFlow(): Flow | null {
  return useFlow.getState().history?.present ?? null
}

/** Opens a flow; work of an earlier visit that was not saved comes back. */
export async function openFlow(id: string): Promise<void> {
  closeFlow()
  useFlow.setState({ ...closed, id })
  try {
    const stored = await api.flow(id)
    if (useFlow.getState().id === id) begin(id, stored)
  } catch (error) {
    useFlow.setState({ loadError: error instanceof Error ? error.message : String(error) })
  }
}

function begin(id: string, stored: StoredFlow): void {
  const backup = draftOf(id)
  const draft = backup.read()
  const isMine = (): boolean => useFlow.getState().id === id
  saver = new FlowSaver(
    {
      save: (document, revision) => api.saveFlow(id, document, revision),
      load: () => api.flow(id),
      loadRevision: (revision) => api.flowRevision(id, revision),
      backup,
      later: (work, ms) => {
        const timer = setTimeout(work, ms)
        return () => clearTimeout(timer)
      },
      onState: (save) => isMine() && useFlow.setState({ save }),
      onStored: (now) => {
        if (!isMine()) return
        useFlow.setState((state) => ({
          revision: now.revision,
          history: state.history && amend(state.history, now.document),
        }))
        keepSelectionReal()
        void checkFlow()
      },
      onMerged: (merged, base, theirs) => {
        if (!isMine()) return
        useFlow.setState(({ history }) => ({
          revision: theirs.revision,
          history: history && carry(history, (step) => mergeFlows(base, step, theirs.document).flow, merged),
        }))
        keepSelectionReal()
      },
    },
    stored,
  )
  const document = draft?.document ?? stored.document
  useFlow.setState({ history: startHistory(document), revision: stored.revision })
  if (draft) void saver.resume(draft)
  else void checkFlow()
}

/** Lets go of the open flow; what is unsaved is sent and stays in the backup until it has arrived. */
export function closeFlow(): void {
  const leaving = saver
  saver = null
  if (leaving && !leaving.isSaved) void leaving.flush().finally(() => leaving.close())
  else leaving?.close()
  useFlow.setState(closed)
}

/** Changes the document. Changes of one `key` in quick succession are undone as one. */
export function changeFlow(change: (flow: Flow) => Flow, key = ''): void {
  const history = useFlow.getState().history
  if (history) setHistory(record(history, change(history.present), Date.now(), key))
}

/** One step back or forward through the changes. */
export function stepHistory(direction: 'undo' | 'redo'): void {
  const history = useFlow.getState().history
  if (history) setHistory(direction === 'undo' ? undo(history) : redo(history))
}

function setHistory(history: History<Flow>): void {
  if (history === useFlow.getState().history) return
  useFlow.setState({ history })
  keepSelectionReal()
  saver?.changed(history.present)
}

/** Selects nodes and wires; the same selection changes nothing. */
export function select(selection: Partial<Selection>): void {
  const next: Selection = { ...nothing, ...selection }
  const { selection: now } = useFlow.getState()
  const isSame = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every((id, i) => id === b[i])
  if (!isSame(next.nodes, now.nodes) || !isSame(next.wires, now.wires)) useFlow.setState({ selection: next })
}

function keepSelectionReal(): void {
  const { history, selection } = useFlow.getState()
  if (!history) return
  const nodes = idsOf(history.present)
  const wires = new Set(history.present.wires.map(wireId))
  select({ nodes: selection.nodes.filter((id) => nodes.has(id)), wires: selection.wires.filter((id) => wires.has(id)) })
}

/** Opens or closes the panel beside the canvas. */
export function inspect(isInspecting: boolean): void {
  useFlow.setState({ isInspecting })
}

/** Asks the server what is wrong with the saved flow. Silent when it cannot be asked: saving says so already. */
export async function checkFlow(): Promise<void> {
  const { id } = useFlow.getState()
  if (!id) return
  try {
    const problems = await api.checkFlow(id)
    if (useFlow.getState().id === id) useFlow.setState({ problems })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Ends a conflict: all values of one side, or of each the side that is named. */
export function chooseVersion(side: Side | Readonly<Record<string, Side>>): Promise<void> {
  return saver?.choose(side) ?? Promise.resolve()
}

/** Somebody, in another window or of another person, has saved this flow. */
export function heardOfSave(flow: string, revision: number): void {
  if (useFlow.getState().id === flow) saver?.heard(revision)
}

/** After a while without the live feed: has somebody saved meanwhile? */
export async function catchUp(): Promise<void> {
  const { id, loadError } = useFlow.getState()
  if (id !== null && loadError !== null) return await openFlow(id)
  await saver?.look().catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error
  })
}

/** Tries to save at once: after coming back online, and before a deploy. */
export function saveNow(): Promise<boolean> {
  return saver?.flush() ?? Promise.resolve(true)
}

/** Saves, then starts or stops the flow; what is in the way ends up in `problems` or `deployError`. */
export async function runFlow(order: 'deploy' | 'stop'): Promise<boolean> {
  const { id } = useFlow.getState()
  if (!id) return false
  useFlow.setState({ isDeploying: true, deployError: null })
  try {
    if (order === 'deploy' && !(await saveNow()))
      throw new ApiError(
        0,
        'EDITOR_UNSAVED',
        say('The newest changes are not saved yet, so nothing was started. Deploy again once they are.'),
      )
    await api[order](id)
    return true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const message = error.problems.length > 0 ? whatStands(error.problems, nameOfNode) : error.message
    useFlow.setState({ deployError: message, ...(error.problems.length > 0 ? refused(error.problems) : {}) })
    return false
  } finally {
    useFlow.setState({ isDeploying: false })
  }
}

function refused(problems: readonly Problem[]): Pick<OpenFlow, 'problems' | 'insisted'> {
  return { problems, insisted: new Set(currentFlow()?.nodes.map(({ id }) => id)) }
}

/** "Camera: ", unless the sentence names it already. */
function nameOfNode(id: string | null, message: string): string {
  const node = currentFlow()?.nodes.find((candidate) => candidate.id === id)
  const name = node ? nameOf(node, useSignIn.getState().types) : ''
  return name === '' || message.includes(name) ? '' : `${name}: `
}

function whatStands(problems: readonly Problem[], nameNode: (id: string | null, message: string) => string): string {
  const errors = problems.filter((problem) => problem.severity === 'error')
  const [first] = errors
  const rest = errors.length > 1 ? say(' And {count} more, shown on the cards.', { count: errors.length - 1 }) : ''
  return say('Not started yet. {nameNode}{why}{rest}', {
    nameNode: nameNode(first?.node ?? null, first?.message ?? ''),
    why: first?.message ?? say('The flow has problems.'),
    rest,
  })
}

/** True while closing the page would leave work unsaved. */
export function hasUnsavedWork(): boolean {
  return saver !== null && !saver.isSaved
}

// Work that the server does not have yet, kept in this browser until it does. One draft per flow; never secrets of connections.
const keyOf = (flowId: string): string => `heed.draft.${flowId}`

/** The draft of a flow, as the saver wants it. A full or forbidden storage loses the backup, never the save. */
function draftOf(flowId: string): { write(draft: Draft): void; clear(): void; read(): Draft | null } {
  return {
    write(draft) {
      try {
        localStorage.setItem(keyOf(flowId), JSON.stringify(draft))
      } catch {
        // Storage is full or forbidden: the document is still on screen and still being sent.
      }
    },
    clear() {
      try {
        localStorage.removeItem(keyOf(flowId))
      } catch {
        // Nothing was kept, so there is nothing to clear.
      }
    },
    read() {
      try {
        const text = localStorage.getItem(keyOf(flowId))
        return text === null ? null : (JSON.parse(text) as Draft)
      } catch {
        return null
      }
    },
  }
}
