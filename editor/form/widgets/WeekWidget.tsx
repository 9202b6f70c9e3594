// Hours of the week: painted with the mouse, a finger or the arrow keys, or typed as lines. Both are the same lines.
import { Input } from '@mantine/core'
import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import { dayCount, halves, linesOf, painted, weekOf, type Cell, type Week } from '../../graph/week.ts'
import { locale, say } from '../../words/say.ts'
import { TagsWidget } from './TagsWidget.tsx'
import type { WidgetProps } from './widget.ts'

interface Stroke {
  from: Cell
  to: Cell
  inside: boolean
}

/** 4 January 2027 is a Monday. */
const dayName = (day: number, weekday: 'short' | 'long'): string =>
  new Intl.DateTimeFormat(locale(), { weekday, timeZone: 'UTC' }).format(Date.UTC(2027, 0, 4 + day))
const clock = (half: number): string => `${Math.floor(half / 2)}:${half % 2 ? '30' : '00'}`
const clamp = (value: number, most: number): number => Math.max(0, Math.min(most - 1, value))

function cellAt({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>): Cell {
  const { left, top, width, height } = currentTarget.getBoundingClientRect()
  return {
    day: clamp(Math.floor(((clientY - top) / height) * dayCount), dayCount),
    half: clamp(Math.floor(((clientX - left) / width) * halves), halves),
  }
}

const steps: Record<string, [day: number, half: number]> = {
  ...{ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] },
}

/** `onPaint` gets the week once a stroke is over. */
function useBrush(week: Week, onPaint: (week: Week) => void) {
  const [stroke, setStroke] = useState<Stroke | null>(null)
  const [at, setAt] = useState<Cell>({ day: 0, half: 16 })
  const isIn = (cell: Cell): boolean => week[cell.day]?.[cell.half] === true
  const shown = stroke ? painted(week, stroke.from, stroke.to, stroke.inside) : week
  const end = (): void => {
    if (stroke) onPaint(shown)
    setStroke(null)
  }
  const keys = (event: KeyboardEvent<HTMLElement>): void => {
    const step = steps[event.key]
    if (step) {
      event.preventDefault()
      const next = { day: clamp(at.day + step[0], dayCount), half: clamp(at.half + step[1], halves) }
      if (event.shiftKey) onPaint(painted(week, at, next, isIn(at)))
      setAt(next)
    } else if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault()
      onPaint(painted(week, at, at, !isIn(at)))
    }
  }
  return {
    at,
    shown,
    keys,
    isInside: shown[at.day]?.[at.half] === true,
    down: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      const cell = cellAt(event)
      setAt(cell)
      setStroke({ from: cell, to: cell, inside: !isIn(cell) })
    },
    move: (event: PointerEvent<HTMLElement>) => {
      const to = cellAt(event)
      setStroke((now) => now && { ...now, to })
    },
    end,
    cancel: () => setStroke(null),
  }
}

function WeekGrid({
  week,
  label,
  isReadOnly,
  onPaint,
}: {
  week: Week
  label: string
  isReadOnly: boolean
  onPaint(week: Week): void
}) {
  const brush = useBrush(week, onPaint)
  const words = say('{day}, {time}: {state}', {
    day: dayName(brush.at.day, 'long'),
    time: clock(brush.at.half),
    state: brush.isInside ? say('inside') : say('outside'),
  })
  return (
    <div className="week">
      <div className="week-days" aria-hidden>
        {Array.from({ length: dayCount }, (_, day) => (
          <span key={day}>{dayName(day, 'short')}</span>
        ))}
      </div>
      <div
        className="week-grid nokey"
        role="application"
        tabIndex={isReadOnly ? -1 : 0}
        aria-label={label}
        aria-roledescription={say('week to paint on')}
        data-testid="week-grid"
        {...(isReadOnly
          ? {}
          : {
              onPointerDown: brush.down,
              onPointerMove: brush.move,
              onPointerUp: brush.end,
              onPointerCancel: brush.cancel,
              onKeyDown: brush.keys,
            })}
      >
        {brush.shown.map((row, day) =>
          row.map((isIn, half) => (
            <i
              key={`${day}/${half}`}
              data-in={isIn || undefined}
              data-at={(brush.at.day === day && brush.at.half === half) || undefined}
            />
          )),
        )}
      </div>
      <div className="week-hours nums" aria-hidden>
        {['0', '6', '12', '18', '24'].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
      <span className="sr-only" role="status">
        {words}
      </span>
    </div>
  )
}

/** `week` */
export function WeekWidget(props: WidgetProps) {
  const lines = Array.isArray(props.value) ? props.value.map(String) : []
  return (
    <div>
      <Input.Label required={props.isRequired}>{props.label}</Input.Label>
      <WeekGrid
        week={weekOf(lines)}
        label={say(
          '{label}: paint with the mouse or a finger; with the keyboard arrows move, space paints, shift with an arrow goes on.',
          { label: props.label },
        )}
        isReadOnly={props.isReadOnly === true}
        onPaint={(week) => props.onChange(linesOf(week))}
      />
      <TagsWidget {...props} label={say('Or as lines')} isRequired={false} />
    </div>
  )
}
