// Flows of Node-RED as tests write them, and what they became.
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { Fate, ForeignFlow } from '../../nodes/contract/foreign-flows.ts'
import format from '../../nodes/node-red-flows/format.ts'

export type RedEntry = Record<string, unknown>

export const redTab: RedEntry = { id: 't', type: 'tab', label: 'Door', disabled: false, info: '' }

/** A node on the tab `t` with one output that leads nowhere. */
export function redNode(id: string, type: string, config: RedEntry = {}, wires: string[][] = [[]]): RedEntry {
  return { id, type, z: 't', name: '', ...config, x: 100, y: 80, wires }
}

export function redDebug(id = 'd'): RedEntry {
  return redNode(id, 'debug', { active: true, complete: 'payload', targetType: 'msg' }, [])
}

/** Reads the tab `t` with these entries. */
export function readRed(...entries: RedEntry[]): ForeignFlow {
  return format.read([redTab, ...entries])
}

export function fateIn(report: readonly Fate[], id: string): Fate | undefined {
  return report.find((each) => each.id === id)
}

/** `a.message → d.message`, sorted. */
export function wiresIn({ wires }: Flow): string[] {
  return wires.map(({ from, to }) => `${from.node}.${from.port} → ${to.node}.${to.port}`).sort()
}

export function nodeIn(flow: Flow, id: string): FlowNode | undefined {
  return flow.nodes.find((each) => each.id === id)
}
