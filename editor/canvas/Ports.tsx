// The ports of a card: in on the left, out on the right. Each kind has a colour and a shape; names show on hover and while drawing.
import type { CSSProperties, MouseEvent, TouchEvent } from 'react'
import { firstPortPx, portStepPx, portTop } from '../graph/room.ts'
import type { PortView } from '../views.ts'
import { kindWords } from '../words.ts'
import { useDrawing } from './drawing.ts'
import { holdWireAt } from './wiring.ts'
import { PortAnchor, Position, takeWireEnd } from './xyflow.ts'
import { say } from '../words/say.ts'

/** How tall a card must be for its ports. */
export function portsHeight(ports: number): number {
  return firstPortPx + ports * portStepPx
}

function Port({
  node,
  name,
  port,
  side,
  index,
}: {
  node: string
  name: string
  port: PortView
  side: 'in' | 'out'
  index: number
}) {
  const drawn = useDrawing((drawing) => {
    if (
      !drawing.start ||
      (drawing.start.ref.node === node && drawing.start.ref.port === name && drawing.start.side === side)
    )
      return 'none'
    return drawing.start.side !== side && drawing.open.has(`${node}.${name}`) ? 'open' : 'shut'
  })
  const takeHold = (event: MouseEvent | TouchEvent): void => {
    if ('button' in event && event.button !== 0) return
    const wire = holdWireAt({ node, port: name }, side)
    const at = 'touches' in event ? event.touches[0] : event
    if (wire === null || !at || !takeWireEnd(wire, side, { x: at.clientX, y: at.clientY })) return
    event.stopPropagation()
    event.preventDefault()
  }
  const style = { top: portTop(index), '--kind': `var(--kind-${port.kind})` } as CSSProperties
  const words = { port: port.label, kind: kindWords[port.kind] }
  const what =
    side === 'out'
      ? say('{port}: sends {kind}.', words)
      : port.required
        ? say('{port}: takes {kind}, must be wired.', words)
        : say('{port}: takes {kind}.', words)
  return (
    <PortAnchor
      id={name}
      type={side === 'in' ? 'target' : 'source'}
      position={side === 'in' ? Position.Left : Position.Right}
      className="port"
      style={style}
      data-kind={port.kind}
      data-drawn={drawn}
      data-side={side}
      data-testid={`port-${node}-${side}-${name}`}
      title={`${what} ${port.help}`.trim()}
      onMouseDownCapture={takeHold}
      onTouchStartCapture={takeHold}
    >
      <span className="port-shape" aria-hidden />
      <span className="port-name" aria-hidden>
        {port.label}
      </span>
    </PortAnchor>
  )
}

/** Every port of a node. */
export function Ports({
  node,
  ports,
}: {
  node: string
  ports: { in: Record<string, PortView>; out: Record<string, PortView> }
}) {
  return (['in', 'out'] as const).flatMap((side) =>
    Object.entries(ports[side]).map(([name, port], index) => (
      <Port key={`${side}-${name}`} node={node} name={name} port={port} side={side} index={index} />
    )),
  )
}
