// Samples: messages kept with a flow, each at the in port it comes to. Pure; a sample runs nowhere by itself.
import { does } from '../../nodes/contract/traits.ts'
import { mostPins, type Flow, type FlowPin, type PortRef } from '../../nodes/contract/flow.ts'
import { messagePorts } from '../../nodes/contract/kinds.ts'
import type { NodeType } from '../views.ts'
import { freeId } from './edit.ts'

/** Those of one card, in the order they were kept. */
export function pinsOf({ pins = [] }: Flow, node: string): FlowPin[] {
  return pins.filter((pin) => pin.node === node)
}

/** Keeps a message at an in port; the same flow where it is there already, or where there are too many. */
export function addPin(flow: Flow, { node, port }: PortRef, text: string, fields?: Record<string, unknown>): Flow {
  const pins = flow.pins ?? []
  if (text.trim() === '' || pins.length >= mostPins) return flow
  if (pins.some((pin) => pin.node === node && pin.port === port && pin.text === text)) return flow
  const id = freeId('sample', new Set(pins.map((pin) => pin.id)))
  const hasFields = fields !== undefined && Object.keys(fields).length > 0
  return { ...flow, pins: [...pins, { id, node, port, text, ...(hasFields ? { fields } : {}) }] }
}

export function removePin(flow: Flow, id: string): Flow {
  return withPins(flow, flow.pins?.filter((pin) => pin.id !== id) ?? [])
}

/** The flow with these samples, as far as their cards are there. */
export function withPins(flow: Flow, pins: readonly FlowPin[]): Flow {
  const { pins: _pins, ...rest } = flow
  const real = new Set(flow.nodes.map(({ id }) => id))
  const kept = pins.filter(({ node }) => real.has(node))
  return (kept.length > 0 ? { ...rest, pins: kept } : rest) as Flow
}

/** The in ports of a card that can be tried with a sample: it takes messages, and no model looks at pictures in it. */
export function portsToTry(type: NodeType | undefined): string[] {
  if (!type || type.role === 'source' || does(type, 'watch')) return []
  return messagePorts(type)
}
