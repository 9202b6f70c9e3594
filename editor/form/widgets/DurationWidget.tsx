// A length of time, kept in milliseconds, typed in the unit that fits.
import { Group, NativeSelect, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { inputProps, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

const units = [
  { value: '1', label: say('ms') },
  { value: '1000', label: say('s') },
  { value: '60000', label: say('min') },
  { value: '3600000', label: say('h') },
]

/** The largest unit in which the time is a whole number. */
export function fittingUnit(ms: number): number {
  return [3_600_000, 60_000, 1000].find((unit) => ms >= unit && ms % unit === 0) ?? (ms >= 1000 || ms === 0 ? 1000 : 1)
}

/** `duration` */
export function DurationWidget(props: WidgetProps) {
  const ms = typeof props.value === 'number' ? props.value : undefined
  const [unit, setUnit] = useState(() => fittingUnit(ms ?? 60_000))
  return (
    <Group gap={4} align="end" wrap="nowrap">
      <NumberInput
        {...inputProps(props)}
        flex={1}
        value={ms === undefined ? '' : ms / unit}
        min={0}
        clampBehavior="none"
        onChange={(next) => props.onChange(typeof next === 'number' ? Math.round(next * unit) : undefined)}
      />
      <NativeSelect
        aria-label={say('{label}: unit', { label: props.label })}
        w={84}
        data={units}
        value={String(unit)}
        disabled={props.isReadOnly}
        onChange={(event) => {
          const next = Number(event.currentTarget.value)
          if (ms !== undefined) props.onChange(Math.round((ms / unit) * next))
          setUnit(next)
        }}
      />
    </Group>
  )
}
