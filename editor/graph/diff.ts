// What is different between a version and the drawing, thing by thing with the values of both, for the canvas and its list. Pure.
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { wireId } from './edit.ts'

export interface FieldChange {
  /** A setting by its name, or `name`, `disabled`. */
  field: string
  before: unknown
  after: unknown
}
export interface FlowDiff {
  added: readonly FlowNode[]
  removed: readonly FlowNode[]
  changed: readonly { node: FlowNode; fields: readonly FieldChange[] }[]
  /** By their ids. */
  drawn: readonly string[]
  cut: readonly string[]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
/** Where a card lies is nothing that it does. */
const besides: ReadonlySet<string> = new Set(['id', 'position', 'pinned', 'config', 'version'])

function fieldsBetween(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !same(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }))
}

/** What leads from `before` to `after`. */
export function diffFlows(before: Flow, after: Flow): FlowDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const now = new Set(after.nodes.map(({ id }) => id))
  const [oldWires, newWires] = [before, after].map(({ wires }) => wires.map(wireId)) as [string[], string[]]
  return {
    added: after.nodes.filter(({ id }) => !old.has(id)),
    removed: before.nodes.filter(({ id }) => !now.has(id)),
    changed: after.nodes.flatMap((node) => {
      const was = old.get(node.id)
      if (!was) return []
      const own = fieldsBetween(was, node).filter(({ field }) => !besides.has(field))
      const fields = [...own, ...fieldsBetween(was.config, node.config)]
      return fields.length > 0 ? [{ node, fields }] : []
    }),
    drawn: newWires.filter((id) => !oldWires.includes(id)),
    cut: oldWires.filter((id) => !newWires.includes(id)),
  }
}

/** True when nothing that runs is different. */
export function isNoDiff({ added, removed, changed, drawn, cut }: FlowDiff): boolean {
  return added.length + removed.length + changed.length + drawn.length + cut.length === 0
}
