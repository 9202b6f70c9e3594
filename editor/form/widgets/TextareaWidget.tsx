// Several lines of text that grow with what is written: instructions, message templates.
import { Textarea } from '@mantine/core'
import { inputProps, textOf, type WidgetProps } from './widget.ts'

/** `textarea` and `template` */
export function TextareaWidget(props: WidgetProps) {
  const { schema, value, onChange } = props
  // A title is a line, and only grows when it is written so.
  const minRows = (schema.maxLength ?? Infinity) <= 200 ? 1 : 3
  return (
    <Textarea
      {...inputProps(props)}
      value={textOf(value)}
      maxLength={schema.maxLength}
      placeholder={schema.placeholder}
      autosize
      minRows={minRows}
      maxRows={12}
      onChange={(event) =>
        onChange(event.currentTarget.value === '' && !props.isRequired ? undefined : event.currentTarget.value)
      }
    />
  )
}
