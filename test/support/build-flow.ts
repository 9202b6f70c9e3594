// Builds flow documents for tests, the way a person draws them: nodes, then wires.
// Never validates: a test may need a flow that is wrong.
import { flowFormat } from '../../nodes/contract/flow.ts'
import type { Flow, FlowNode, Wire } from '../../nodes/contract/flow.ts'

export interface FlowBuilder {
  /** Places a node; `more` sets version, name or anything else of it. */
  node(id: string, type: string, config?: Record<string, unknown>, more?: Partial<FlowNode>): FlowBuilder
  /** Draws a wire: `wire('cam.frames', 'codec.frames')`. */
  wire(from: string, to: string): FlowBuilder
  /** Several nodes in a row, joined by ports of one name: `chain('frames', 'cam', 'codec', 'model')`. */
  chain(port: string, ...ids: string[]): FlowBuilder
  build(): Flow
}

function end(text: string): { node: string; port: string } {
  const dot = text.indexOf('.')
  return { node: text.slice(0, dot), port: text.slice(dot + 1) }
}

/** An empty flow; every call gives a new builder and leaves the old one as it was. */
export function buildFlow(
  name = 'Test flow',
  nodes: readonly FlowNode[] = [],
  wires: readonly Wire[] = [],
): FlowBuilder {
  const builder: FlowBuilder = {
    node: (id, type, config = {}, more = {}) =>
      buildFlow(
        name,
        [...nodes, { id, type, version: 1, position: { x: nodes.length * 260, y: 0 }, config, ...more }],
        wires,
      ),
    wire: (from, to) => buildFlow(name, nodes, [...wires, { from: end(from), to: end(to) }]),
    chain: (port, ...ids) =>
      ids
        .slice(1)
        .reduce<FlowBuilder>((flow, id, index) => flow.wire(`${ids[index] ?? ''}.${port}`, `${id}.${port}`), builder),
    build: () => structuredClone({ format: flowFormat, name, nodes: [...nodes], wires: [...wires] }),
  }
  return builder
}
