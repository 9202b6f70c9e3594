// What is different between two versions of a flow, in words, for the panel that offers both. Pure.
import type { Flow } from '../../nodes/contract/flow.ts'
import type { NodeTypes } from '../views.ts'
import { count } from '../words.ts'
import { nameOf } from './check.ts'
import { wireId } from './edit.ts'
import { say } from '../words/say.ts'

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** True when a deploy would change nothing: where the cards lie is nothing that runs. */
export function runsTheSame(before: Flow, after: Flow): boolean {
  const run = (flow: Flow): unknown => [
    flow.nodes.map((node) => JSON.stringify({ ...node, position: 0, pinned: 0 })).sort(),
    flow.wires.map(wireId).sort(),
    flow.name,
  ]
  return same(run(before), run(after))
}

/** Sentences that lead from `before` to `after`; empty when they are equal. */
export function differences(before: Flow, after: Flow, types: NodeTypes): string[] {
  const lines: string[] = []
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const now = new Map(after.nodes.map((node) => [node.id, node]))
  const added = after.nodes.filter((node) => !old.has(node.id))
  const removed = before.nodes.filter((node) => !now.has(node.id))
  const kept = after.nodes.filter((node) => old.has(node.id))
  if (before.name !== after.name) lines.push(say('Named "{name}"', { name: after.name }))
  if (added.length > 0)
    lines.push(say('Added: {value}', { value: added.map((node) => nameOf(node, types)).join(', ') }))
  if (removed.length > 0)
    lines.push(say('Removed: {value}', { value: removed.map((node) => nameOf(node, types)).join(', ') }))
  const changed = kept.filter((node) => !same({ ...node, position: 0 }, { ...old.get(node.id), position: 0 }))
  if (changed.length > 0)
    lines.push(say('Changed settings: {value}', { value: changed.map((node) => nameOf(node, types)).join(', ') }))
  const moved = kept.filter((node) => !same(node.position, old.get(node.id)?.position))
  if (moved.length > 0) lines.push(say('Moved {things}', { things: count(moved.length, 'card') }))
  const oldWires = new Set(before.wires.map(wireId))
  const newWires = new Set(after.wires.map(wireId))
  const drawn = [...newWires].filter((id) => !oldWires.has(id)).length
  const cut = [...oldWires].filter((id) => !newWires.has(id)).length
  if (drawn > 0) lines.push(say('Drew {things}', { things: count(drawn, 'wire') }))
  if (cut > 0) lines.push(say('Removed {things}', { things: count(cut, 'wire') }))
  if (!same([before.notes, before.groups], [after.notes, after.groups])) lines.push(say('Changed notes or groups'))
  if (!same(before.pins, after.pins)) lines.push(say('Changed samples'))
  if (lines.length === 0 && !same(before, after)) lines.push(say('Changed the description or the tags'))
  return lines
}
