// Areas of the picture: drawn corner by corner on a snapshot, or typed in percent. What is half drawn is not in the config yet.
import { ActionIcon, Button, Input, NumberInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { PictureFilter, Point } from '../../../nodes/contract/frames.ts'
import { polygonsIn } from '../../graph/picture-area.ts'
import { Snapshot } from './Snapshot.tsx'
import type { WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

const newArea: Point[] = [
  { x: 0.25, y: 0.25 },
  { x: 0.75, y: 0.25 },
  { x: 0.75, y: 0.75 },
  { x: 0.25, y: 0.75 },
]
/** A press this near to the first corner closes the area. */
const nearPart = 0.04
const linesOf = (corners: readonly Point[]): string => corners.map(({ x, y }) => `${x},${y}`).join(' ')

function filterOf(areas: Point[][]): PictureFilter | null {
  const polygons = areas.filter(({ length }) => length >= 3)
  return polygons.length > 0 ? { do: 'mask', polygons } : null
}

function Corners({
  corners,
  index,
  isReadOnly,
  onChange,
}: {
  corners: Point[]
  index: number
  isReadOnly: boolean | undefined
  onChange(next: Point[] | null): void
}) {
  const set = (at: number, side: 'x' | 'y', value: number): void =>
    onChange(corners.map((corner, each) => (each === at ? { ...corner, [side]: value / 100 } : corner)))
  return (
    <details className="area" data-testid={`area-${index}`}>
      <summary>{say('Area {index}, {count} corners', { index: index + 1, count: corners.length })}</summary>
      <div className="stack-tight">
        {corners.map((corner, at) => (
          <div key={at} className="area-corner">
            {(['x', 'y'] as const).map((side) => (
              <NumberInput
                key={side}
                size="xs"
                aria-label={
                  side === 'x'
                    ? say('Area {index}, corner {at}, from the left', { index: index + 1, at: at + 1 })
                    : say('Area {index}, corner {at}, from the top', { index: index + 1, at: at + 1 })
                }
                suffix={side === 'x' ? say(' % right') : say(' % down')}
                min={0}
                max={100}
                decimalScale={1}
                disabled={isReadOnly}
                value={Math.round(corner[side] * 1000) / 10}
                onChange={(next) => typeof next === 'number' && set(at, side, next)}
              />
            ))}
            <ActionIcon
              variant="subtle"
              aria-label={say('Remove corner {at}', { at: at + 1 })}
              disabled={isReadOnly || corners.length <= 3}
              onClick={() => onChange(corners.filter((_, each) => each !== at))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </div>
        ))}
        <div className="row">
          <Button
            size="compact-xs"
            variant="default"
            disabled={isReadOnly}
            onClick={() => onChange([...corners, { x: 0.5, y: 0.5 }])}
          >
            {say('Add a corner')}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={isReadOnly}
            onClick={() => onChange(null)}
            data-testid={`area-remove-${index}`}
          >
            {say('Remove this area')}
          </Button>
        </div>
      </div>
    </details>
  )
}

/** For fields of widget `polygons`. */
export function PolygonsWidget({
  label,
  schema,
  value,
  error,
  isReadOnly,
  owner,
  name,
  ground,
  onChange,
}: WidgetProps) {
  const [drawn, setDrawn] = useState<Point[]>([])
  const areas = polygonsIn(value)
  const close = (): void => {
    if (drawn.length >= 3) onChange([...areas, drawn])
    setDrawn([])
  }
  const press = (at: Point): void => {
    const [first] = drawn
    if (first && drawn.length >= 3 && Math.hypot(at.x - first.x, at.y - first.y) < nearPart) close()
    else setDrawn([...drawn, at])
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
          label={say('{label}: press for each corner', { label })}
          isReadOnly={isReadOnly}
          drawn={filterOf(areas)}
          take={ground}
          onDown={press}
        >
          {areas.map((corners, index) => (
            <polygon key={index} className="area-hidden" points={linesOf(corners)} />
          ))}
          {drawn.length > 0 && <polyline className="area-line" points={linesOf(drawn)} />}
          {drawn.map(({ x, y }, index) => (
            <circle key={index} className="area-dot" cx={x} cy={y} r={0.012} />
          ))}
        </Snapshot>
        {drawn.length > 0 && (
          <div className="row">
            <Button size="xs" disabled={drawn.length < 3} onClick={close} data-testid="area-close">
              {say('Hide this area')}
            </Button>
            <Button size="xs" variant="default" onClick={() => setDrawn([])}>
              {say('Start over')}
            </Button>
          </div>
        )}
        {areas.map((corners, index) => (
          <Corners
            key={index}
            corners={corners}
            index={index}
            isReadOnly={isReadOnly}
            onChange={(next) => onChange(next ? areas.with(index, next) : areas.toSpliced(index, 1))}
          />
        ))}
        <div>
          <Button
            size="xs"
            variant="default"
            disabled={isReadOnly || areas.length >= 20}
            onClick={() => onChange([...areas, newArea])}
            leftSection={<IconPlus size={16} aria-hidden />}
            data-testid="area-add"
          >
            {say('Add an area by numbers')}
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  )
}
