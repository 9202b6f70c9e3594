// One of a few values. Many choices are a list, two to four short ones lie side by side.
import { Input, NativeSelect, SegmentedControl } from '@mantine/core'
import { optionsOf } from '../schema.ts'
import { inputProps, sentence, textOf, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

function helpOf(props: WidgetProps): string | undefined {
  const chosen = props.schema.options?.find((option) => option.value === textOf(props.value))
  return [sentence(props.schema.help), sentence(chosen?.help)].filter(Boolean).join(' ') || undefined
}

/** `select` */
export function SelectWidget(props: WidgetProps) {
  const options = optionsOf(props.schema).map(({ value, label }) => ({ value, label }))
  const value = textOf(props.value)
  const data = options.some((option) => option.value === value)
    ? options
    : [{ value, label: value === '' ? say('Choose…') : value }, ...options]
  return (
    <NativeSelect
      {...inputProps(props)}
      description={helpOf(props)}
      data={data}
      value={value}
      onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
    />
  )
}

/** `segments` */
export function SegmentsWidget(props: WidgetProps) {
  const data = optionsOf(props.schema).map(({ value, label }) => ({ value, label }))
  if (data.length > 4 || data.some((option) => option.label.length > 14)) return <SelectWidget {...props} />
  return (
    <Input.Wrapper
      label={props.label}
      description={helpOf(props)}
      error={props.error}
      withAsterisk={props.isRequired}
      labelElement="div"
    >
      <SegmentedControl
        fullWidth
        mt={4}
        aria-label={props.label}
        data={data}
        value={textOf(props.value)}
        disabled={props.isReadOnly}
        data-testid={`field-${props.name}`}
        onChange={(value) => props.onChange(value)}
      />
    </Input.Wrapper>
  )
}
