// Drawing a wire with the pointer: from a port, or by the end of one that is there; let go on a port, a card, or over nothing.
import type { Flow, PortRef } from '../../nodes/contract/flow.ts'
import { joined, openPorts, whyNotWire, type Ends } from '../graph/check.ts'
import { addWire, type Point } from '../graph/edit.ts'
import { reconnect, wireHeldAt, withoutWire } from '../graph/rewire.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import { endWire, forgetRefusal, refuse, useDrawing, type WireStart } from './drawing.ts'
import { hasHabit } from './tools.ts'
import { say } from '../words/say.ts'

/** The flow that a wire's end is judged against: without the wire that is just being led elsewhere. */
export function flowWithoutMovedWire(flow: Flow): Flow {
  return withoutWire(flow, useDrawing.getState().taken)
}

/** A wire begins at a port; `taken` is the one whose other end was taken hold of. */
export function startWire(flow: Flow, ref: PortRef, side: 'in' | 'out'): void {
  const { types } = useSignIn.getState()
  const node = flow.nodes.find((candidate) => candidate.id === ref.node)
  const kind = node && types.get(node.type)?.ports[side][ref.port]?.kind
  forgetRefusal()
  if (kind)
    useDrawing.setState({
      start: { ref, side, kind },
      asked: null,
      open: new Set(openPorts(flowWithoutMovedWire(flow), types, ref, side).map((end) => `${end.node}.${end.port}`)),
    })
}

/** Draws the wire, or leads the taken one there. */
export function joinWire({ from, to }: Ends): void {
  const { taken } = useDrawing.getState()
  changeFlow((flow) => (taken === null ? addWire(flow, from, to) : reconnect(flow, taken, { from, to })))
}

/** Let go over a card instead of a port: the one port that fits is meant. */
function joinCardUnder(flow: Flow, card: HTMLElement, { ref: start, side }: WireStart, at: Point): void {
  const { types } = useSignIn.getState()
  const id = card.dataset['nodeId']
  if (!id || id === start.node) return
  const fitting = openPorts(flow, types, start, side).filter((end) => end.node === id)
  const [only] = fitting
  if (fitting.length === 1 && only) return joinWire(joined(start, only, side))
  if (fitting.length > 1)
    return refuse(say('Several ports of this card could take the wire. Let go on the one you mean.'), at)
  const other = Object.keys(types.get(card.dataset['nodeType'] ?? '')?.ports[side === 'out' ? 'in' : 'out'] ?? {})[0]
  if (other === undefined)
    return refuse(side === 'out' ? say('This card takes no wires.') : say('This card sends nothing.'), at)
  refuse(
    whyNotWire(flow, types, joined(start, { node: id, port: other }, side)) ??
      say('This card has no port for that wire.'),
    at,
  )
}

function letGo(start: WireStart, at: Point): void {
  const under = document.elementFromPoint(at.x, at.y)
  const flow = currentFlow()
  if (!under || !flow) return
  const card = under.closest<HTMLElement>('[data-node-id]')
  if (card) return joinCardUnder(flowWithoutMovedWire(flow), card, start, at)
  // A wire that was there stays as it was: nothing is lost by letting go.
  if (under.closest('.canvas') && useDrawing.getState().taken === null && hasHabit('offer'))
    useDrawing.setState({ asked: { start, at } })
}

/** The pointer was let go; `isJoined` when the canvas has taken the wire already. */
export function finishWire(end: { ref: PortRef; side: 'in' | 'out' } | null, isJoined: boolean, at: Point): void {
  const { start } = useDrawing.getState()
  const flow = currentFlow()
  if (start && flow && !isJoined) {
    if (!end) letGo(start, at)
    else if (end.ref.node !== start.ref.node || end.ref.port !== start.ref.port || end.side !== start.side) {
      const why =
        end.side === start.side
          ? say('A wire runs from a port on the right side of a card to a port on the left side of another.')
          : whyNotWire(flowWithoutMovedWire(flow), useSignIn.getState().types, joined(start.ref, end.ref, start.side))
      if (why) refuse(why, at)
    }
  }
  endWire()
}

/** Selects the wire that taking hold of this port means, and gives its id; null when a new wire begins there. */
export function holdWireAt(ref: PortRef, side: 'in' | 'out'): string | null {
  const flow = currentFlow()
  if (!flow) return null
  const held = wireHeldAt(flow, useSignIn.getState().types, ref, side, useFlow.getState().selection.wires)
  if (held !== null) select({ wires: [held] })
  return held
}
