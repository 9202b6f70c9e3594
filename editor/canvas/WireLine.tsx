// One wire, coloured by its kind. It pulses once, briefly, when a message has passed; it never moves without a reason.
import type { CSSProperties } from 'react'
import { wiresTaken } from '../graph/trace.ts'
import { usePasses } from '../passes.ts'
import { useFlow } from '../store.ts'
import { useDrawing } from './drawing.ts'
import { wireOf } from '../graph/edit.ts'
import type { WirePassView } from '../views.ts'
import { locale, say } from '../words/say.ts'
import { WirePath, useWirePath, type WireProps } from './xyflow.ts'

/** "A person fell. (3 at once, 14:03:20)": what passed last, on hover. */
function passWords({ text, count, at }: WirePassView): string {
  const time = new Date(at).toLocaleTimeString(locale())
  return `${text} (${count > 1 ? say('{count} at once, ', { count }) : ''}${time})`
}

/** Drawn by the canvas for every wire. */
export function WireLine({ id, sourceX, sourceY, targetX, targetY, selected, data }: WireProps) {
  const flowId = useFlow((open) => open.id)
  const pass = usePasses((passes) => passes.byFlow[flowId ?? '']?.[id])
  const isTaken = usePasses(({ trace }) =>
    trace?.flow === flowId && trace ? wiresTaken([wireOf(id)], trace.steps).length > 0 : false,
  )
  const isOver = useDrawing((drawing) => drawing.over === id)
  const path = useWirePath({ sourceX, sourceY, targetX, targetY })
  const style = { '--kind': `var(--kind-${data?.kind ?? 'decision'})` } as CSSProperties
  return (
    <g
      className="wire"
      data-selected={selected || undefined}
      data-over={isOver || undefined}
      data-taken={isTaken || undefined}
      data-passed={pass?.eventId}
      data-unknown={data?.kind === undefined || undefined}
      data-testid={`wire-${id}`}
      style={style}
    >
      <WirePath id={id} path={path} interactionWidth={24} />
      {pass && pass.n > 0 && <path key={pass.n} d={path} className="wire-pulse" data-testid={`pulse-${id}`} />}
      {pass && <title>{passWords(pass)}</title>}
    </g>
  )
}
