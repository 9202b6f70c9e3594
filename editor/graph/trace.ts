// The way of one message over a drawn flow: which wires it took and how it fared at each card. Pure.
import type { Wire } from '../../nodes/contract/flow.ts'
import type { TraceStepView } from '../views.ts'

/** The wires it went along: those that leave a card by a port it left by, towards a card it came to. */
export function wiresTaken(wires: readonly Wire[], steps: readonly TraceStepView[]): Wire[] {
  const reached = new Set(steps.map(({ node }) => node))
  const left = new Set(steps.flatMap(({ node, ports = [] }) => ports.map((port) => `${node}.${port}`)))
  return wires.filter(({ from, to }) => left.has(`${from.node}.${from.port}`) && reached.has(to.node))
}

export type Fate = 'passed' | 'held' | 'underway' | 'delivered' | 'failed'
const fates: Record<TraceStepView['what'], Fate> = {
  passed: 'passed',
  held: 'held',
  sent: 'underway',
  delivered: 'delivered',
  failed: 'failed',
}

/** How it fared at a card: its last word there; null where it never came. */
export function fateAt(node: string, steps: readonly TraceStepView[]): Fate | null {
  const last = steps.findLast((step) => step.node === node && step.code !== 'repeated' && step.code !== 'later')
  return last ? fates[last.what] : null
}
