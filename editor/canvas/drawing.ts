// The wire that is being drawn: where it began, which ports could take it, and the sentence that refused the last one.
import { create } from 'zustand'
import type { PortRef } from '../../nodes/contract/flow.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Point } from '../graph/edit.ts'

interface Drawing {
  start: { ref: PortRef; side: 'in' | 'out'; kind: Kind } | null
  /** `node.port` of each port that would take the wire. */
  open: ReadonlySet<string>
  refused: { text: string; at: Point } | null
}

const nobody: ReadonlySet<string> = new Set()
export const useDrawing = create<Drawing>()(() => ({ start: null, open: nobody, refused: null }))

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
