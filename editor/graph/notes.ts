// Notes and groups of a flow: words on the canvas, and frames around what belongs together. Pure, Flow in, Flow out; what is no
// note or group is left alone.
import type { Flow, FlowGroup, FlowNote } from '../../nodes/contract/flow.ts'
import type { Box } from './arrange.ts'
import { freeId, idsOf, withNotes, type Point } from './edit.ts'

/** As large as a card is wide, with room for a few lines. */
export const noteSize = { width: 240, height: 120 }
/** Room around what a group frames, and above it for the title. */
export const framePx = { side: 24, top: 48 }

/** Writes a new note at a place. */
export function addNote(flow: Flow, at: Point, text = ''): { flow: Flow; id: string } {
  const id = freeId('note', idsOf(flow))
  const note: FlowNote = { id, text, position: { x: Math.round(at.x), y: Math.round(at.y) } }
  return { flow: withNotes(flow, [...(flow.notes ?? []), note], flow.groups ?? []), id }
}

/** Changes a note's words or size; the same flow when it says so already. */
export function changeNote(flow: Flow, id: string, change: Partial<Pick<FlowNote, 'text' | 'width' | 'height'>>): Flow {
  const note = flow.notes?.find((each) => each.id === id)
  const isSame = Object.entries(change).every(([key, value]) => note?.[key] === value)
  if (!note || isSame) return flow
  return { ...flow, notes: (flow.notes ?? []).map((each) => (each === note ? { ...note, ...change } : each)) }
}

/** Frames cards and notes; they leave the group they were in. The same flow when there is nothing to frame. */
export function groupItems(flow: Flow, ids: readonly string[], title = ''): { flow: Flow; id: string | null } {
  const inside = new Set(ids.flatMap((id) => flow.groups?.find((group) => group.id === id)?.members ?? [id]))
  const members = [...flow.nodes, ...(flow.notes ?? [])].map(({ id }) => id).filter((id) => inside.has(id))
  if (members.length === 0) return { flow, id: null }
  const id = freeId('group', idsOf(flow))
  const others = (flow.groups ?? []).map((group) => ({
    ...group,
    members: group.members.filter((member) => !inside.has(member)),
  }))
  return { flow: withNotes(flow, flow.notes ?? [], [...others, { id, title, members }]), id }
}

/** Takes the named frames away, all they framed stays; named cards and notes leave the frame they are in. */
export function ungroupItems(flow: Flow, ids: readonly string[]): Flow {
  const left = (flow.groups ?? [])
    .filter(({ id }) => !ids.includes(id))
    .map((group) => {
      const members = group.members.filter((member) => !ids.includes(member))
      return members.length === group.members.length ? group : { ...group, members }
    })
  const isSame = left.length === (flow.groups?.length ?? 0) && left.every((group, at) => group === flow.groups?.[at])
  return isSame ? flow : withNotes(flow, flow.notes ?? [], left)
}

/** A thing that was let go inside a frame belongs there from now on; one that is in a group already stays in its own. */
export function joinFrame(flow: Flow, id: string, boxOf: (id: string) => Box | undefined): Flow {
  const box = boxOf(id)
  const groups = flow.groups ?? []
  if (!box || groups.some(({ members }) => members.includes(id))) return flow
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const into = groups.find((group) => {
    const frame = frameOf(group, boxOf)
    return frame && x > frame.x && y > frame.y && x < frame.x + frame.width && y < frame.y + frame.height
  })
  return into
    ? { ...flow, groups: groups.map((each) => (each === into ? { ...into, members: [...into.members, id] } : each)) }
    : flow
}

/** Gives a group another title. */
export function retitle(flow: Flow, id: string, title: string): Flow {
  const group = flow.groups?.find((each) => each.id === id)
  if (!group || group.title === title) return flow
  return { ...flow, groups: (flow.groups ?? []).map((each) => (each === group ? { ...group, title } : each)) }
}

/** Where a group's frame is, from the boxes of what it frames; null when none of it is there. */
export function frameOf(group: Pick<FlowGroup, 'members'>, boxOf: (id: string) => Box | undefined): Box | null {
  const boxes = group.members.flatMap((id) => boxOf(id) ?? [])
  if (boxes.length === 0) return null
  const x = Math.min(...boxes.map((box) => box.x)) - framePx.side
  const y = Math.min(...boxes.map((box) => box.y)) - framePx.top
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) + framePx.side - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) + framePx.side - y,
  }
}
