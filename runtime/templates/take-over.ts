// A newer version of a template, taken over into a flow that came from an older one: what nobody here has changed becomes new, what
// somebody has changed stays. Pure: three documents in, one out, with every difference named.
import { isDeepStrictEqual } from 'node:util'
import type { Flow, FlowNode, Wire } from '../../nodes/contract/flow.ts'
import { lineage, type Lineage } from './answers.ts'
import type { TemplateChange } from './route-answers.ts'
import { flowOf, type Template } from './template.ts'

type Base = Lineage['base']
type BaseNode = Base['nodes'][number]

/** What taking over would do: the document it would give, and every difference. */
export function takeOver(mine: Flow, from: Lineage, newer: Template): { document: Flow; changes: TemplateChange[] } {
  const theirs = flowOf(newer, from.language)
  const changes: TemplateChange[] = []
  const nodes = mergeNodes(mine.nodes, from.base.nodes, theirs.nodes, changes)
  const ids = new Set(nodes.map(({ id }) => id))
  const wires = mergeWires(mine.wires, from.base.wires as unknown as Wire[], theirs.wires, changes).filter(
    (wire) => ids.has(wire.from.node) && ids.has(wire.to.node),
  )
  const tests = isDeepStrictEqual(mine.tests, from.base.tests) ? theirs.tests : mine.tests
  const { tests: _before, ...rest } = mine
  return {
    document: {
      ...rest,
      nodes,
      wires,
      ...(tests === undefined ? {} : { tests }),
      template: lineage(newer, from.language),
    },
    changes,
  }
}

function mergeNodes(
  mine: readonly FlowNode[],
  base: readonly BaseNode[],
  theirs: readonly FlowNode[],
  changes: TemplateChange[],
): FlowNode[] {
  const before = new Map(base.map((node) => [node.id, node]))
  const after = new Map(theirs.map((node) => [node.id, node]))
  const kept = mine.flatMap((node): FlowNode[] => {
    const old = before.get(node.id)
    const next = after.get(node.id)
    if (!old) return [node]
    if (next) return [mergeNode(node, old, next, changes)]
    const isTouched = node.type !== old.type || !isDeepStrictEqual(node.config, old.config)
    changes.push({ what: 'node-removed', node: node.id, field: null, from: node.type, to: null, keptOwn: isTouched })
    return isTouched ? [node] : []
  })
  const there = new Set(mine.map(({ id }) => id))
  // One that the template had before and that is gone here was taken out by a person.
  const added = theirs.filter(({ id }) => !there.has(id) && !before.has(id))
  for (const { id, type } of added)
    changes.push({ what: 'node-added', node: id, field: null, from: null, to: type, keptOwn: false })
  return [...kept, ...structuredClone(added)]
}

function mergeNode(mine: FlowNode, old: BaseNode, next: FlowNode, changes: TemplateChange[]): FlowNode {
  const isOwnType = mine.type !== old.type
  if (isOwnType) return mine
  const config: Record<string, unknown> = { ...mine.config }
  for (const field of new Set([...Object.keys(old.config), ...Object.keys(next.config)])) {
    const [was, is, own] = [old.config[field], next.config[field], mine.config[field]]
    if (isDeepStrictEqual(was, is) || isDeepStrictEqual(own, is)) continue
    const keptOwn = !isDeepStrictEqual(own, was)
    changes.push({ what: 'setting', node: mine.id, field, from: own ?? null, to: is ?? null, keptOwn })
    if (keptOwn) continue
    if (is === undefined) delete config[field]
    else config[field] = structuredClone(is)
  }
  return { ...mine, type: next.type, version: Math.max(mine.version, next.version), config }
}

function keyOf({ from, to }: Wire): string {
  return `${from.node}.${from.port} → ${to.node}.${to.port}`
}

function mergeWires(
  mine: readonly Wire[],
  base: readonly Wire[],
  theirs: readonly Wire[],
  changes: TemplateChange[],
): Wire[] {
  const [own, before, after] = [mine, base, theirs].map((wires) => new Set(wires.map(keyOf)))
  const isIn = (set: Set<string> | undefined, wire: Wire): boolean => set?.has(keyOf(wire)) ?? false
  const added = theirs.filter((wire) => !isIn(before, wire) && !isIn(own, wire))
  const removed = mine.filter((wire) => isIn(before, wire) && !isIn(after, wire))
  const tell = (what: 'wire-added' | 'wire-removed', wire: Wire): void => {
    const [from, to] = what === 'wire-added' ? [null, keyOf(wire)] : [keyOf(wire), null]
    changes.push({ what, node: wire.from.node, field: null, from, to, keptOwn: false })
  }
  for (const wire of added) tell('wire-added', wire)
  for (const wire of removed) tell('wire-removed', wire)
  return [...mine.filter((wire) => !removed.includes(wire)), ...added]
}
