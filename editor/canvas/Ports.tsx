// The ports of a card: in on the left, out on the right. Each kind has a colour and a shape; names show on hover and while drawing.
import type { CSSProperties } from 'react'
import type { PortView } from '../views.ts'
import { kindWords } from '../words.ts'
import { useDrawing } from './drawing.ts'
import { PortAnchor, Position } from './xyflow.ts'

const firstPx = 30
const stepPx = 26

/** How tall a card must be for its ports. */
export function portsHeight(ports: number): number {
  return firstPx + ports * stepPx
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
  const style = { top: firstPx + index * stepPx, '--kind': `var(--kind-${port.kind})` } as CSSProperties
  const what =
    `${port.label}: ${side === 'in' ? 'takes' : 'sends'} ${kindWords[port.kind]}${port.required && side === 'in' ? ', must be wired' : ''}. ${port.help}`.trim()
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
      title={what}
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
