// A value that no other widget can draw: its JSON, taken over once it can be read.
import { JsonInput } from '@mantine/core'
import { useState } from 'react'
import { inputProps, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

/** Everything without a widget of its own. */
export function JsonWidget(props: WidgetProps) {
  const [text, setText] = useState(() => (props.value === undefined ? '' : JSON.stringify(props.value, null, 2)))
  const change = (next: string): void => {
    setText(next)
    if (next.trim() === '') return props.onChange(undefined)
    try {
      props.onChange(JSON.parse(next))
    } catch {
      // Half-typed JSON stays in the box; the line below it says so.
    }
  }
  return (
    <JsonInput
      {...inputProps(props)}
      value={text}
      onChange={change}
      autosize
      minRows={3}
      maxRows={14}
      validationError={say('This is not complete JSON yet.')}
    />
  )
}
