// A part of the picture: drawn with one stroke on a snapshot, or typed in percent.
import { Input, NumberInput } from '@mantine/core'
import { useRef } from 'react'
import type { Point } from '../../../nodes/contract/frames.ts'
import { between, rectangleIn, type Rectangle } from '../../graph/picture-area.ts'
import { Snapshot, type SnapshotProps } from './Snapshot.tsx'
import type { WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

const sides: readonly { side: keyof Rectangle; label: string; least: number }[] = [
  { side: 'x', label: say('From the left'), least: 0 },
  { side: 'y', label: say('From the top'), least: 0 },
  { side: 'width', label: say('Width'), least: 2 },
  { side: 'height', label: say('Height'), least: 2 },
]

/** Kept inside the picture: what is moved over the edge pushes the other side. */
function changed(rectangle: Rectangle, side: keyof Rectangle, value: number): Rectangle {
  const next = { ...rectangle, [side]: value }
  return {
    ...next,
    width: Math.min(next.width, Math.max(0.02, 1 - next.x)),
    height: Math.min(next.height, Math.max(0.02, 1 - next.y)),
  }
}

/** For fields of widget `rectangle`; `take`: as a Snapshot has it. */
export function RectangleWidget({
  label,
  schema,
  value,
  error,
  isReadOnly,
  owner,
  name,
  onChange,
  take,
}: WidgetProps & { take?: SnapshotProps['take'] }) {
  const start = useRef<Point | null>(null)
  const rectangle = rectangleIn(value)
  const { x, y, width, height } = rectangle
  const draw = (at: Point): void => {
    if (start.current) onChange(between(start.current, at))
  }
  return (
    <Input.Wrapper
      label={label}
      description={schema.help}
      error={error}
      labelElement="div"
      data-testid={`field-${name}`}
    >
      <div className="stack-tight" style={{ marginTop: 6 }}>
        <Snapshot
          owner={owner}
          take={take}
          label={say('{label}: draw from one corner to the other', { label })}
          isReadOnly={isReadOnly}
          drawn={{ do: 'crop', rectangle }}
          onDown={(at) => {
            start.current = at
          }}
          onMove={draw}
          onUp={() => {
            start.current = null
          }}
        >
          <path
            className="area-outside"
            fillRule="evenodd"
            d={`M0 0H1V1H0Z M${x} ${y}h${width}v${height}h${-width}Z`}
          />
          <rect className="area-line" x={x} y={y} width={width} height={height} />
        </Snapshot>
        <div className="area-numbers">
          {sides.map(({ side, label: words, least }) => (
            <NumberInput
              key={side}
              size="xs"
              label={words}
              suffix=" %"
              min={least}
              max={100}
              decimalScale={1}
              disabled={isReadOnly}
              value={Math.round(rectangle[side] * 1000) / 10}
              onChange={(next) => typeof next === 'number' && onChange(changed(rectangle, side, next / 100))}
              data-testid={`field-${name}-${side}`}
            />
          ))}
        </div>
      </div>
    </Input.Wrapper>
  )
}
