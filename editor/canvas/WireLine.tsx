// One wire, coloured by its kind. It pulses once, briefly, when a message has passed; it never moves without a reason.
import type { CSSProperties } from 'react'
import { useLive } from '../live.ts'
import { useFlow } from '../store.ts'
import { useDrawing } from './drawing.ts'
import { WirePath, wirePath, type WireProps } from './xyflow.ts'

/** Drawn by the canvas for every wire. */
export function WireLine({
  id,
  source,
  sourceX,
  sourceY,
  sourcePosition,
  targetX,
  targetY,
  targetPosition,
  selected,
  data,
}: WireProps) {
  const flowId = useFlow((open) => open.id)
  const passed = useLive((live) =>
    data?.kind === 'frames'
      ? undefined
      : live.events.find((event) => event.flow === flowId && event.node === source)?.id,
  )
  const isOver = useDrawing((drawing) => drawing.over === id)
  const [path] = wirePath({ sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition })
  const style = { '--kind': `var(--kind-${data?.kind ?? 'decision'})` } as CSSProperties
  return (
    <g
      className="wire"
      data-selected={selected || undefined}
      data-over={isOver || undefined}
      data-unknown={data?.kind === undefined || undefined}
      data-testid={`wire-${id}`}
      style={style}
    >
      <WirePath id={id} path={path} interactionWidth={24} />
      {passed && <path key={passed} d={path} className="wire-pulse" />}
    </g>
  )
}
