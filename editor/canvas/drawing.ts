// The wire that is being drawn: where it began, which ports could take it, and the sentence that refused the last one.
import { create } from 'zustand'
import type { PortRef } from '../../nodes/contract/flow.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Point } from '../graph/edit.ts'

export interface WireStart {
  ref: PortRef
  side: 'in' | 'out'
  kind: Kind
}

interface Drawing {
  start: WireStart | null
  /** The wire that was taken by its end, by its id; null while a new one is drawn. */
  taken: string | null
  /** `node.port` of each port that would take the wire. */
  open: ReadonlySet<string>
  /** The wire that a card is held over and would be led through it, by its id. */
  over: string | null
  /** Where a wire was let go over nothing: which node shall be there? */
  asked: { start: WireStart; at: Point } | null
  refused: { text: string; at: Point } | null
}

const nobody: ReadonlySet<string> = new Set()
export const useDrawing = create<Drawing>()(() => ({
  start: null,
  taken: null,
  open: nobody,
  over: null,
  asked: null,
  refused: null,
}))

/** Nothing is drawn any more. */
export function endWire(): void {
  useDrawing.setState({ start: null, taken: null, open: nobody })
}

let timer: ReturnType<typeof setTimeout> | undefined

/** Says near the pointer why a wire was refused; goes away by itself. */
export function refuse(text: string, at: Point): void {
  clearTimeout(timer)
  useDrawing.setState({ refused: { text, at } })
  timer = setTimeout(() => useDrawing.setState({ refused: null }), 6000)
}

/** Takes the sentence away: the next wire has begun, or it was read. */
export function forgetRefusal(): void {
  clearTimeout(timer)
  useDrawing.setState({ refused: null })
}
