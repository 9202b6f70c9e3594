// Which flow is being given away, and what is being taken in. Nothing is stored before a person has said so.
import { create } from 'zustand'
import { hiddenMark } from '../../nodes/contract/address-secrets.ts'
import { payloadIn } from '../../nodes/contract/flow-address.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { ApiError, api } from '../api.ts'
import { go } from '../route.ts'
import { saveNow, useFlow } from '../store.ts'
import type { IncomingFlow } from '../views.ts'
import { say } from '../words/say.ts'
import { flowsQuery, readAgain } from '../queries.ts'

interface Sharing {
  /** The flow that is given away; `nodes`: the cards that were selected. */
  giving: { id: string; nodes: readonly string[] } | null
  isTaking: boolean
  isLooking: boolean
  incoming: IncomingFlow | null
  /** What `incoming` was read from. */
  given: Blob | string | null
  failure: string | null
}

const idle: Sharing = { giving: null, isTaking: false, isLooking: false, incoming: null, given: null, failure: null }
export const useSharing = create<Sharing>()(() => idle)

/** As much as the server takes. */
const mostBytes = 12 * 1024 * 1024

/** Opens the panel that gives a flow away; of the open one, as it is on screen. */
export async function giveAway(id: string): Promise<void> {
  const open = useFlow.getState()
  const isOpen = open.id === id
  if (isOpen) await saveNow()
  useSharing.setState({ ...idle, giving: { id, nodes: isOpen ? open.selection.nodes : [] } })
}

/** Opens the panel that takes a flow in, with nothing in it yet. */
export function beginTaking(): void {
  useSharing.setState({ ...idle, isTaking: true })
}

/** Closes either panel. */
export function endSharing(): void {
  useSharing.setState(idle)
}

/** Shows what a file, a picture, a link or a text holds, before anything of it is stored. */
export async function lookAt(given: Blob | string): Promise<void> {
  useSharing.setState({ ...idle, isTaking: true, isLooking: true })
  try {
    if (typeof given !== 'string' && given.size > mostBytes)
      throw new Error(
        say('This is larger than any flow or its picture may be (12 MB). Choose a file that Heed has exported.'),
      )
    const incoming = await api.lookAtFlow(given)
    useSharing.setState({ incoming, given })
  } catch (error) {
    useSharing.setState({ failure: wordsOf(error) })
  } finally {
    useSharing.setState({ isLooking: false })
  }
}

/** True for a text that holds a link to a flow, or begins like a document. */
export function isFlowText(text: string): boolean {
  return payloadIn(text) !== undefined || /^\s*\{[^]*"format"\s*:\s*"heed\.flow\//.test(text.slice(0, 4000))
}

const isEntry = (each: unknown): boolean =>
  typeof each === 'object' && each !== null && 'id' in each && 'type' in each && !('position' in each)

/** True for JSON that lists parts with an id and a type, as other programs write their flows; which they are, the server knows. */
export function isForeignText(text: string): boolean {
  if (!/^\s*[[{]/.test(text.slice(0, 200))) return false
  try {
    const found = JSON.parse(text) as { format?: unknown; flows?: unknown; nodes?: unknown } | unknown[]
    const entries = Array.isArray(found) ? found : 'format' in found ? null : (found.flows ?? found.nodes)
    return Array.isArray(entries) && entries.length > 0 && entries.every(isEntry)
  } catch {
    return false
  }
}

export interface Taking {
  connections: Readonly<Record<string, string>>
  /** Its cameras by mine. */
  cameras: Readonly<Record<string, string>>
  name: string
  /** The flow that it becomes the next revision of. */
  replaces: { id: string; revision: number } | null
}

/** What is shown has marks for its passwords: those who take it in get them as they were written. */
async function asWritten(shown: Flow, given: Blob | string | null): Promise<unknown> {
  if (given === null || !JSON.stringify(shown).includes(hiddenMark)) return shown
  const { readDocument } = await import('../../nodes/contract/read-document.ts')
  try {
    const isOfOthers = (document: unknown): boolean =>
      typeof document === 'object' && document !== null && !('format' in document)
    return readDocument(typeof given === 'string' ? given : await given.text(), isOfOthers)
  } catch {
    // A link or a picture: Heed writes no password into either.
    return shown
  }
}

/** Takes in what is shown, and opens it with what it needs. Throws in words. */
export async function takeIncoming({ connections, cameras, name, replaces }: Taking): Promise<void> {
  const { incoming, given } = useSharing.getState()
  if (!incoming?.document) return
  try {
    const document = await asWritten(incoming.document, given)
    const { flow, requires } = await api.importFlow({ document, connections, cameras, name }, replaces)
    const { beginImported } = await import('../needs.ts')
    beginImported(flow, requires)
    endSharing()
    void readAgain(flowsQuery)
    go(`/flows/${flow.id}`)
  } catch (error) {
    useSharing.setState({ failure: wordsOf(error) })
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const more =
    error.problems.length > 1 ? say(' And {count} more of the kind.', { count: error.problems.length - 1 }) : ''
  return `${error.problems[0]?.message ?? error.message}${more}`
}
