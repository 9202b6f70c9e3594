// One line of text.
import { TextInput } from '@mantine/core'
import { inputProps, textOf, type WidgetProps } from './widget.ts'

/** `text` */
export function TextWidget(props: WidgetProps) {
  const { schema, value, onChange } = props
  return (
    <TextInput
      {...inputProps(props)}
      value={textOf(value)}
      maxLength={schema.maxLength}
      placeholder={schema.placeholder}
      onChange={(event) =>
        onChange(event.currentTarget.value === '' && !props.isRequired ? undefined : event.currentTarget.value)
      }
    />
  )
}
