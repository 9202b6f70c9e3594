// One picture of the card's own camera to draw on, asked for with a button; nothing is opened before. Says in words why there is none.
import { Button } from '@mantine/core'
import { IconCamera } from '@tabler/icons-react'
import { useState, type PointerEvent, type ReactNode } from 'react'
import type { Point } from '../../../nodes/contract/frames.ts'
import { api } from '../../api.ts'
import { pictureBefore, placeIn } from '../../graph/picture-area.ts'
import { currentFlow } from '../../store.ts'

export interface SnapshotProps {
  owner: { flow: string; node: string } | undefined
  label: string
  isReadOnly: boolean | undefined
  /** What is drawn, in parts of the picture: an SVG of 1 by 1. */
  children: ReactNode
  onDown(at: Point): void
  onMove?(at: Point): void
  onUp?(at: Point): void
}

async function takeSnapshot(owner: SnapshotProps['owner']): Promise<string> {
  const flow = currentFlow()
  const before = owner && flow ? pictureBefore(flow, owner.node) : null
  if (!owner || !before) throw new Error('No camera is wired into this card yet. Wire one, then take the picture.')
  const report = await api.testCamera(before.camera.config, { flow: owner.flow, node: before.camera.id }, before.filters)
  if (!report.ok) throw new Error(report.message)
  return report.snapshot.startsWith('data:') || report.snapshot.startsWith('/') ? report.snapshot : `data:image/jpeg;base64,${report.snapshot}`
}

/** The picture with what is drawn on it. Fingers and mice; the keyboard has the number fields beside it. */
export function Snapshot({ owner, label, isReadOnly, children, onDown, onMove, onUp }: SnapshotProps) {
  const [source, setSource] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const take = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    await takeSnapshot(owner).then(setSource, (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
    setBusy(false)
  }
  const place = (event: PointerEvent<SVGSVGElement>): Point => placeIn(event.currentTarget.getBoundingClientRect(), event)
  return (
    <div className="stack-tight">
      {source && (
        <div className="snapshot" data-testid="snapshot">
          <img src={source} alt="What the camera sees now" draggable={false} />
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label={label}
            onPointerDown={(event) => {
              if (isReadOnly || event.button !== 0) return
              event.currentTarget.setPointerCapture(event.pointerId)
              onDown(place(event))
            }}
            onPointerMove={(event) => { if (event.buttons === 1) onMove?.(place(event)) }}
            onPointerUp={(event) => onUp?.(place(event))}>
            {children}
          </svg>
        </div>
      )}
      <div><Button size="xs" variant="default" loading={isBusy} disabled={isReadOnly} onClick={() => void take()} leftSection={<IconCamera size={16} aria-hidden />} data-testid="take-snapshot">{source ? 'Take a new picture' : 'Take a picture to draw on'}</Button></div>
      {failure && <div className="notice" data-tone="bad" role="alert">{failure}</div>}
    </div>
  )
}
