// One picture to draw on, asked for with a button; nothing is opened before. Says in words why there is none, and then offers an
// empty one. Shows on request what is left of it once the drawing is burned in.
import { Button } from '@mantine/core'
import { IconCamera, IconEye, IconGridDots, IconPencil } from '@tabler/icons-react'
import { useState, type PointerEvent, type ReactNode } from 'react'
import type { PictureFilter, Point } from '../../../nodes/contract/frames.ts'
import { placeIn } from '../../graph/picture-area.ts'
import { emptyGround, takePicture, type Ground } from './picture-to-draw-on.ts'
import { say } from '../../words/say.ts'

export interface SnapshotProps {
  owner: { flow: string; node: string } | undefined
  /** Where the picture comes from, where it is not from the camera before the card `owner`. */
  take?: (() => Promise<Ground>) | undefined
  label: string
  isReadOnly: boolean | undefined
  /** What is drawn, as the camera will burn it in; null while there is nothing to burn. */
  drawn: PictureFilter | null
  /** What is drawn, in parts of the picture: an SVG of 1 by 1. */
  children: ReactNode
  onDown(at: Point): void
  onMove?(at: Point): void
  onUp?(at: Point): void
}

const tenths = Array.from({ length: 9 }, (_, index) => (index + 1) / 10)

function useGround({ owner, take, drawn }: SnapshotProps) {
  const [ground, setGround] = useState<Ground | null>(null)
  /** The picture without what the drawing takes away, while it is looked at. */
  const [left, setLeft] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState<'take' | 'look' | null>(null)
  const run = async (what: 'take' | 'look', work: () => Promise<void>): Promise<void> => {
    setBusy(what)
    setFailure(null)
    await work().catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
    setBusy(null)
  }
  return {
    ground,
    left,
    failure,
    busy,
    take: () =>
      run('take', async () => {
        setLeft(null)
        setGround(await (take ? take() : takePicture(owner)))
      }),
    look: () => run('look', async () => setLeft(drawn && ground?.burn ? await ground.burn(drawn) : null)),
    drawOn: () => setLeft(null),
    drawOnEmpty: () => {
      setFailure(null)
      setLeft(null)
      setGround(emptyGround)
    },
  }
}

function Surface({ ground, label, isReadOnly, children, onDown, onMove, onUp }: SnapshotProps & { ground: Ground }) {
  const place = (event: PointerEvent<SVGSVGElement>): Point =>
    placeIn(event.currentTarget.getBoundingClientRect(), event)
  return (
    <div className="snapshot" data-testid="snapshot" data-empty={ground.source === null || undefined}>
      {ground.source !== null && <img src={ground.source} alt={say('What the camera sees now')} draggable={false} />}
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onPointerDown={(event) => {
          if (isReadOnly || event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          onDown(place(event))
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) onMove?.(place(event))
        }}
        onPointerUp={(event) => onUp?.(place(event))}
      >
        {ground.source === null &&
          tenths.map((at) => <path key={at} className="area-grid" d={`M${at} 0V1M0 ${at}H1`} />)}
        {children}
      </svg>
    </div>
  )
}

/** The picture with what is drawn on it. Fingers and mice; the keyboard has the number fields beside it. */
export function Snapshot(props: SnapshotProps) {
  const { isReadOnly, drawn } = props
  const { ground, left, failure, busy, take, look, drawOn, drawOnEmpty } = useGround(props)
  return (
    <div className="stack-tight">
      {left !== null && (
        <div className="snapshot" data-testid="snapshot-left">
          <img src={left} alt={say('What is left of the picture')} draggable={false} />
        </div>
      )}
      {ground && left === null && <Surface {...props} ground={ground} />}
      {ground?.words && left === null && (
        <p className="small quiet" data-testid="snapshot-words">
          {ground.words}
        </p>
      )}
      <div className="row">
        <Button
          size="xs"
          variant="default"
          loading={busy === 'take'}
          disabled={isReadOnly}
          onClick={() => void take()}
          leftSection={<IconCamera size={16} aria-hidden />}
          data-testid="take-snapshot"
        >
          {ground?.source ? say('Take a new picture') : say('Take a picture to draw on')}
        </Button>
        {left !== null && (
          <Button
            size="xs"
            variant="default"
            onClick={drawOn}
            leftSection={<IconPencil size={16} aria-hidden />}
            data-testid="draw-on"
          >
            {say('Draw on')}
          </Button>
        )}
        {left === null && ground?.burn && drawn && (
          <Button
            size="xs"
            variant="default"
            loading={busy === 'look'}
            onClick={() => void look()}
            leftSection={<IconEye size={16} aria-hidden />}
            data-testid="look-through"
          >
            {say('Show what is left')}
          </Button>
        )}
        {failure && !ground && (
          <Button
            size="xs"
            variant="default"
            disabled={isReadOnly}
            onClick={drawOnEmpty}
            leftSection={<IconGridDots size={16} aria-hidden />}
            data-testid="draw-on-empty"
          >
            {say('Draw on an empty picture')}
          </Button>
        )}
      </div>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </div>
  )
}
