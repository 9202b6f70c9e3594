// What was copied: JSON in the system clipboard, so that it can be pasted into another flow, tab or text. No password, key or token
// travels in it; pasted into the flow it is from, a clip has them again.
import {
  FlowGroupSchema,
  FlowNodeSchema,
  FlowNoteSchema,
  FlowPinSchema,
  WireSchema,
  type Flow,
} from '../../nodes/contract/flow.ts'
import { withoutMarks } from '../../nodes/contract/own-logins.ts'
import { takeOutSecrets } from '../../nodes/contract/secrets-out.ts'
import type { Clip } from '../graph/edit.ts'

interface Kept {
  /** As it lies in the system clipboard. */
  text: string
  /** As it was copied. */
  whole: Clip
  flow: string
  /** Nothing of the flow it is from waits for the owner's yes. */
  isOwn: boolean
}

let kept: Kept | null = null
let last = { text: '', flow: '', times: 0 }

/** A clip as it may leave the flow. */
export function withoutClipSecrets(clip: Clip): Clip {
  const { document } = takeOutSecrets({ ...clip, format: 'heed.flow/1', name: '' } as Flow)
  const { name: _none, ...rest } = document
  return { ...rest, format: 'heed.clip/1' }
}

/** Keeps what was copied from `flow`, and gives the text for the clipboard. */
export function keepClip(clip: Clip, flow: string, isOwn: boolean): string {
  kept = { text: JSON.stringify(withoutClipSecrets(clip), null, 2), whole: clip, flow, isOwn }
  last = { text: '', flow: '', times: 0 }
  return kept.text
}

/** True for the clip that was copied here last, out of a flow of the owner's own. */
export function isOwnClip(text: string): boolean {
  return text === kept?.text && kept.isOwn
}

/** The clip as it was copied, when it goes back into the flow it is from. */
export function wholeClip(text: string, flow: string): Clip | null {
  return text === kept?.text && flow === kept.flow ? kept.whole : null
}

/** True when something was copied here. */
export function hasClip(): boolean {
  return kept !== null
}

/** The text of the last copy, from the system clipboard where it may be read. */
export async function readClip(): Promise<string | null> {
  try {
    return (await navigator.clipboard.readText()) || (kept?.text ?? null)
  } catch {
    return kept?.text ?? null
  }
}

/** Reads a clip, or a whole flow document; null for any other text. Marks of passwords that are kept elsewhere are taken off. */
export function parseClip(text: string): Clip | null {
  try {
    const found = JSON.parse(text) as Partial<Clip> & { format?: string }
    if (found.format !== 'heed.clip/1' && found.format !== 'heed.flow/1') return null
    return toClip(found)
  } catch {
    return null
  }
}

/** What can be pasted of a document; null when nothing can. */
export function toClip(found: Partial<Omit<Clip, 'format'>>): Clip | null {
  const nodes = FlowNodeSchema.array().safeParse(found.nodes)
  const wires = WireSchema.array().safeParse(found.wires)
  const notes = FlowNoteSchema.array().optional().safeParse(found.notes)
  const groups = FlowGroupSchema.array().optional().safeParse(found.groups)
  const pins = FlowPinSchema.array().optional().safeParse(found.pins)
  if (!nodes.success || !wires.success || !notes.success || !groups.success || !pins.success) return null
  const { name: _none, ...clip } = withoutMarks({
    format: 'heed.flow/1',
    name: '',
    nodes: nodes.data,
    wires: wires.data,
    ...(notes.data ? { notes: notes.data } : {}),
    ...(groups.data ? { groups: groups.data } : {}),
    ...(pins.data ? { pins: pins.data } : {}),
  })
  return { ...clip, format: 'heed.clip/1' }
}

/** How often this text has been pasted into this flow before; counts it as pasted once more. */
export function countPaste(text: string, flow: string): number {
  last = text === last.text && flow === last.flow ? { ...last, times: last.times + 1 } : { text, flow, times: 0 }
  return last.times
}
