// Compiling a flow of 1,000 nodes with the real catalogue.
import type { Catalogue } from '../../nodes/contract/define.ts'
import type { ConnectionInfo } from '../../nodes/contract/connections.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { benchCompile } from '../support/compile-bench.ts'
import { alertFlow } from '../support/product-flows.ts'
import type { Row } from './row.ts'
import { ofKind } from '../support/connection-kinds.ts'

/** `count / 4` cameras, each with codec, model and notification behind it. */
export async function benchCompiler(count = 1000): Promise<Row[]> {
  const edge: ConnectionInfo = { name: 'edge', ...ofKind('edge') }
  const catalogue: Catalogue = { nodes: await loadCatalogue(), connections: new Map([['edge', edge]]) }
  const parts = Array.from({ length: count / 4 }, (_unused, n) => {
    const { nodes, wires } = alertFlow({
      camera: { kind: 'file', path: 'a.mp4' },
      model: { connection: 'edge', instruction: 'Warn of falls.' },
      notification: { channel: 'inbox' },
    })
    const named = (id: string): string => `${id}${n}`
    return {
      nodes: nodes.map((node) => ({ ...node, id: named(node.id) })),
      wires: wires.map(({ from, to }) => ({
        from: { ...from, node: named(from.node) },
        to: { ...to, node: named(to.node) },
      })),
    }
  })
  const flow = {
    format: 'heed.flow/1' as const,
    name: 'Large',
    nodes: parts.flatMap(({ nodes }) => nodes),
    wires: parts.flatMap(({ wires }) => wires),
  }
  const measured = benchCompile(count, 150, catalogue, flow)
  return [
    {
      area: 'compile',
      what: `${measured.nodes} nodes, median`,
      value: measured.medianMs,
      unit: 'ms',
      target: 'under 5 ms',
      beside: `first ${measured.firstMs} ms, p95 ${measured.p95Ms} ms; the schema alone ${measured.parseMs} ms`,
    },
  ]
}
