import { describe, expect, it } from 'vitest'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { copyItems, moveNodes, pasteItems, removeItems } from './edit.ts'
import { addNote, changeNote, frameOf, groupItems, joinFrame, retitle, ungroupItems } from './notes.ts'
import { mergeFlows } from './merge.ts'

const node = (id: string, x = 0): FlowNode => ({ id, type: 'filter', version: 1, position: { x, y: 0 }, config: {} })
const plain: Flow = {
  format: 'heed.flow/1',
  name: 'Hall',
  nodes: [node('a'), node('b', 300), node('c', 900)],
  wires: [],
}
const noted = addNote(plain, { x: 10.4, y: 200 }, 'Ana sleeps here').flow
const grouped = groupItems(noted, ['a', 'note'], 'Night').flow
const boxOf = (id: string) => {
  const thing = [...grouped.nodes, ...(grouped.notes ?? [])].find((each) => each.id === id)
  return thing && { ...thing.position, width: 240, height: 100 }
}

describe('notes and groups', () => {
  it('are kept as plain keys of the document, and a flow without them has no such keys', () => {
    expect(noted.notes).toEqual([{ id: 'note', text: 'Ana sleeps here', position: { x: 10, y: 200 } }])
    expect(grouped.groups).toEqual([{ id: 'group', title: 'Night', members: ['a', 'note'] }])
    expect(removeItems(grouped, { nodes: ['note', 'group'], wires: [] })).toEqual(plain)
    expect(changeNote(noted, 'note', { text: 'Ana sleeps here' })).toBe(noted)
    expect(retitle(grouped, 'group', 'Day').groups?.[0]?.title).toBe('Day')
    expect(retitle(grouped, 'group', 'Night')).toBe(grouped)
  })

  it('have ids that no card has', () => {
    const flow = addNote({ ...plain, nodes: [node('note')] }, { x: 0, y: 0 })
    expect(flow.id).toBe('note-2')
  })

  it('leave a group that something else is framed by; a frame around nothing goes', () => {
    const again = groupItems(grouped, ['a', 'note', 'b'])
    expect(again.flow.groups).toEqual([{ id: 'group-2', title: '', members: ['a', 'b', 'note'] }])
    expect(ungroupItems(grouped, ['a']).groups?.[0]?.members).toEqual(['note'])
    expect(ungroupItems(grouped, ['group']).groups).toBeUndefined()
    expect(ungroupItems(grouped, ['b'])).toBe(grouped)
    expect(removeItems(grouped, { nodes: ['a', 'note'], wires: [] }).groups).toBeUndefined()
  })

  it('stand around what they frame, and take in what is let go inside', () => {
    expect(frameOf({ members: ['a', 'note'] }, boxOf)).toEqual({ x: -24, y: -48, width: 298, height: 372 })
    const near = moveNodes(grouped, new Map([['b', { x: 60, y: 100 }]]))
    const lies = (id: string) => (id === 'b' ? { x: 60, y: 100, width: 240, height: 100 } : boxOf(id))
    expect(joinFrame(near, 'b', lies).groups?.[0]?.members).toEqual(['a', 'note', 'b'])
    expect(joinFrame(near, 'c', lies)).toBe(near)
    expect(joinFrame(near, 'a', lies)).toBe(near)
  })

  it('are moved, copied with all they frame, and pasted under ids of their own', () => {
    expect(moveNodes(noted, new Map([['note', { x: 5, y: 6 }]])).notes?.[0]?.position).toEqual({ x: 5, y: 6 })
    const clip = copyItems(grouped, ['group'])
    expect([clip.nodes.length, clip.notes?.length, clip.groups?.length]).toEqual([1, 1, 1])
    const pasted = pasteItems(grouped, clip, { x: 32, y: 32 })
    expect(pasted.flow.groups?.[1]).toEqual({ id: 'group-2', title: 'Night', members: ['a-2', 'note-2'] })
    expect(pasted.flow.notes?.[1]?.position).toEqual({ x: 42, y: 232 })
    expect(pasted.ids).toEqual(['a-2', 'note-2'])
    expect(pasteItems(plain, copyItems(plain, ['a']), { x: 0, y: 0 }).flow).not.toHaveProperty('notes')
  })

  it('are merged thing by thing: words that both wrote are asked about, members of both are kept', () => {
    const mine = changeNote(grouped, 'note', { text: 'Ana sleeps' })
    const theirs = retitle(grouped, 'group', 'Bedroom')
    expect(mergeFlows(grouped, mine, theirs)).toMatchObject({
      flow: { notes: [{ text: 'Ana sleeps' }], groups: [{ title: 'Bedroom' }] },
      conflicts: [],
    })
    const other = changeNote(grouped, 'note', { text: 'Ben sleeps' })
    expect(mergeFlows(grouped, mine, other).conflicts).toMatchObject([
      { key: 'note/text', node: 'note', field: 'text' },
    ])
    const members = (id: string, of: string[]): Flow => ({ ...grouped, groups: [{ id, title: 'Night', members: of }] })
    const merged = mergeFlows(grouped, members('group', ['a', 'note', 'b']), members('group', ['note', 'c']))
    expect(merged.flow.groups?.[0]?.members).toEqual(['note', 'b', 'c'])
    expect(merged.conflicts).toEqual([])
  })
})
