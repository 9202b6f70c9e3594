// What was copied: JSON in the system clipboard, so that it can be pasted into another flow, tab or text; a copy is kept here for
// browsers that do not let a page read the clipboard.
import {
  FlowGroupSchema,
  FlowNodeSchema,
  FlowNoteSchema,
  FlowPinSchema,
  WireSchema,
} from '../../nodes/contract/flow.ts'
import type { Clip } from '../graph/edit.ts'

let kept: string | null = null
let isKeptOwn = false
let pastes = 0

/** Keeps a clip and counts its pastes from new. `isOwn`: nothing of the flow it is from waits for the owner's yes. */
export function keepClip(clip: Clip, isOwn: boolean): string {
  isKeptOwn = isOwn
  kept = JSON.stringify(clip, null, 2)
  pastes = 0
  return kept
}

/** True for the clip that was copied here last, out of a flow of the owner's own. */
export function isOwnClip(text: string): boolean {
  return text === kept && isKeptOwn
}

/** True when something was copied here. */
export function hasClip(): boolean {
  return kept !== null
}

/** The text of the last copy, from the system clipboard where it may be read. */
export async function readClip(): Promise<string | null> {
  try {
    return (await navigator.clipboard.readText()) || kept
  } catch {
    return kept
  }
}

/** Reads a clip, or a whole flow document; null for any other text. */
export function parseClip(text: string): Clip | null {
  try {
    const found = JSON.parse(text) as Partial<Clip> & { format?: string }
    if (found.format !== 'heed.clip/1' && found.format !== 'heed.flow/1') return null
    const nodes = FlowNodeSchema.array().safeParse(found.nodes)
    const wires = WireSchema.array().safeParse(found.wires)
    const notes = FlowNoteSchema.array().optional().safeParse(found.notes)
    const groups = FlowGroupSchema.array().optional().safeParse(found.groups)
    const pins = FlowPinSchema.array().optional().safeParse(found.pins)
    if (!nodes.success || !wires.success || !notes.success || !groups.success || !pins.success) return null
    return {
      format: 'heed.clip/1',
      nodes: nodes.data,
      wires: wires.data,
      ...(notes.data ? { notes: notes.data } : {}),
      ...(groups.data ? { groups: groups.data } : {}),
      ...(pins.data ? { pins: pins.data } : {}),
    }
  } catch {
    return null
  }
}

/** Each paste of the same clip lies a little further off. */
export function nextOffset(): number {
  return 32 * ++pastes
}
