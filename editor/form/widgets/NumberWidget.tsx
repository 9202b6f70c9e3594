// A number with its unit.
import { NumberInput } from '@mantine/core'
import { inputProps, type WidgetProps } from './widget.ts'

/** `number` */
export function NumberWidget(props: WidgetProps) {
  const { schema, value, onChange } = props
  return (
    <NumberInput
      {...inputProps(props)}
      value={typeof value === 'number' ? value : ''}
      min={schema.minimum}
      max={schema.maximum}
      allowDecimal={schema.type !== 'integer'}
      suffix={schema.unit ? ` ${schema.unit}` : undefined}
      placeholder={schema.placeholder}
      clampBehavior="none"
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  )
}
