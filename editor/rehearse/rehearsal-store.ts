// The rehearsal that is looked at: asked for, followed until it ends, cancelled. What came of it is the server's.
import { create } from 'zustand'
import { ApiError, api } from '../api.ts'
import { saveNow } from '../store.ts'
import type { Rehearsal } from '../views.ts'

interface Rehearsing {
  /** The flow whose panel is open. */
  flow: string | null
  /** The newest one, and the one before it to compare with. */
  now: Rehearsal | null
  before: Rehearsal | null
  failure: string | null
}

const idle: Rehearsing = { flow: null, now: null, before: null, failure: null }
export const useRehearsing = create<Rehearsing>()(() => idle)

const lookMs = 700
let timer: ReturnType<typeof setTimeout> | undefined

/** Opens the panel with the last rehearsals of the flow. */
export async function openRehearsals(flow: string): Promise<void> {
  useRehearsing.setState({ ...idle, flow })
  try {
    const [newest, older] = await api.rehearsals(flow)
    const now = newest ? await api.rehearsal(newest.id) : null
    const before = older ? await api.rehearsal(older.id) : null
    if (useRehearsing.getState().flow !== flow) return
    useRehearsing.setState({ now, before })
    if (now?.state === 'running') follow(now.id)
  } catch (error) {
    useRehearsing.setState({ failure: wordsOf(error) })
  }
}

/** Closes the panel; what runs goes on at the server. */
export function closeRehearsals(): void {
  clearTimeout(timer)
  useRehearsing.setState(idle)
}

/** Runs the flow as it is on screen over these clips. */
export async function rehearse(flow: string, clips: readonly string[]): Promise<void> {
  useRehearsing.setState({ failure: null })
  try {
    await saveNow()
    const { id } = await api.beginRehearsal(flow, clips)
    const { now } = useRehearsing.getState()
    useRehearsing.setState({
      before: now?.state === 'finished' ? now : useRehearsing.getState().before,
      now: await api.rehearsal(id),
    })
    follow(id)
  } catch (error) {
    useRehearsing.setState({ failure: wordsOf(error) })
  }
}

/** Ends the one that runs. */
export async function cancelRehearsal(): Promise<void> {
  const { now } = useRehearsing.getState()
  if (now)
    await api.cancelRehearsal(now.id).catch((error: unknown) => useRehearsing.setState({ failure: wordsOf(error) }))
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
        useRehearsing.setState({ now, failure: null })
        if (now.state === 'running') follow(id)
      })
      .catch((error: unknown) => {
        if (!isMine()) return
        useRehearsing.setState({ failure: wordsOf(error) })
        if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) follow(id)
      })
  }, lookMs)
}

function wordsOf(error: unknown): string {
  if (error instanceof ApiError) return error.problems[0]?.message ?? error.message
  return error instanceof Error ? error.message : String(error)
}
