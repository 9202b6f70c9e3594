// The rehearsals of the flow that is looked at: asked for, followed until they end, cancelled, two of them held side by side. What came
// of them is the server's.
import { create } from 'zustand'
import { does } from '../../nodes/contract/traits.ts'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { ApiError, api } from '../api.ts'
import { useSignIn } from '../sign-in.ts'
import type { MediaFile, Rehearsal, RehearsalWishes, StoredFlow, StreamRecording } from '../views.ts'

interface Rehearsing {
  flow: string | null
  stored: StoredFlow | null
  /** Null while they are being read. */
  media: readonly MediaFile[] | null
  /** What its cameras have kept; empty where they keep nothing, or where that cannot be read. */
  kept: readonly StreamRecording[]
  /** All of the flow, newest first, without their seconds. */
  list: readonly Rehearsal[]
  /** The one that is shown, whole. */
  now: Rehearsal | null
  /** The one it is compared with, whole. */
  before: Rehearsal | null
  failure: string | null
}

const idle: Rehearsing = {
  flow: null,
  stored: null,
  media: null,
  kept: [],
  list: [],
  now: null,
  before: null,
  failure: null,
}
export const useRehearsing = create<Rehearsing>()(() => idle)

const lookMs = 700
let timer: ReturnType<typeof setTimeout> | undefined

/** Shows the newest rehearsal of the flow. */
export async function openRehearsals(flow: string): Promise<void> {
  clearTimeout(timer)
  useRehearsing.setState({ ...idle, flow })
  await orFailure(async () => {
    const [stored, list, media, kept] = await Promise.all([
      api.flow(flow),
      api.rehearsals(flow),
      api.media(),
      api.recordings(flow).catch(() => []),
    ])
    const now = list[0] ? await api.rehearsal(list[0].id) : null
    if (useRehearsing.getState().flow !== flow) return
    useRehearsing.setState({ stored, list, media, kept, now })
    if (now?.state === 'running') follow(now.id)
  })
}

/** What runs goes on at the server. */
export function closeRehearsals(): void {
  clearTimeout(timer)
  useRehearsing.setState(idle)
}

/** Reads the clips again: one was uploaded. */
export async function readClips(): Promise<void> {
  await orFailure(async () => useRehearsing.setState({ media: await api.media() }))
}

/** Runs the flow as it is saved, with these wishes. `compareWith`: the one that is then shown beside it. */
export async function rehearse(wishes: RehearsalWishes, compareWith: Rehearsal | null = null): Promise<void> {
  const { flow } = useRehearsing.getState()
  if (flow === null) return
  await orFailure(async () => {
    const { id } = await api.beginRehearsal(flow, wishes)
    const [now, list] = await Promise.all([api.rehearsal(id), api.rehearsals(flow)])
    if (useRehearsing.getState().flow !== flow) return
    useRehearsing.setState({ now, list, before: compareWith })
    follow(id)
  })
}

/** Shows an earlier one. */
export async function showRehearsal(id: string): Promise<void> {
  await orFailure(async () => {
    const now = await api.rehearsal(id)
    const { before } = useRehearsing.getState()
    useRehearsing.setState({ now, before: before?.id === id ? null : before })
    if (now.state === 'running') follow(id)
  })
}

/** Holds the one that is shown against this one; null: against none. */
export async function compareWith(id: string | null): Promise<void> {
  await orFailure(async () => useRehearsing.setState({ before: id === null ? null : await api.rehearsal(id) }))
}

/** Ends the one that runs. */
export async function cancelRehearsal(): Promise<void> {
  const { now } = useRehearsing.getState()
  if (now) await orFailure(() => api.cancelRehearsal(now.id))
}

/** The nodes that a model watches for. */
export function watchers(stored: StoredFlow | null): FlowNode[] {
  const { types } = useSignIn.getState()
  return stored?.document.nodes.filter(({ type }) => does(types.get(type), 'watch')) ?? []
}

/** Writes an instruction that was tried into the flow. */
export async function keepInstruction(instruction: string): Promise<void> {
  const { stored } = useRehearsing.getState()
  const ids = new Set(watchers(stored).map(({ id }) => id))
  if (!stored) return
  const nodes = stored.document.nodes.map((node) =>
    ids.has(node.id) ? { ...node, config: { ...node.config, instruction } } : node,
  )
  await orFailure(async () =>
    useRehearsing.setState({
      stored: await api.saveFlow(stored.id, { ...stored.document, nodes }, stored.revision),
    }),
  )
}

/** Until it ends. A server that is away for a while only delays: it goes on with the rehearsal when it is back. */
function follow(id: string): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    const isMine = (): boolean => useRehearsing.getState().now?.id === id
    api
      .rehearsal(id)
      .then((now) => {
        if (!isMine()) return
        const list = useRehearsing.getState().list.map((each) => (each.id === id ? now : each))
        useRehearsing.setState({ now, list, failure: null })
        if (now.state === 'running') follow(id)
      })
      .catch((error: unknown) => {
        if (!isMine()) return
        useRehearsing.setState({ failure: wordsOf(error) })
        if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) follow(id)
      })
  }, lookMs)
}

async function orFailure(work: () => Promise<unknown>): Promise<void> {
  useRehearsing.setState({ failure: null })
  try {
    await work()
  } catch (error) {
    useRehearsing.setState({ failure: wordsOf(error) })
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof ApiError) return error.problems[0]?.message ?? error.message
  return error instanceof Error ? error.message : String(error)
}
