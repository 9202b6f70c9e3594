// Yes or no.
import { Switch } from '@mantine/core'
import { inputProps, type WidgetProps } from './widget.ts'

/** `toggle` */
export function ToggleWidget(props: WidgetProps) {
  const { withAsterisk: _asterisk, ...input } = inputProps(props)
  return (
    <Switch
      {...input}
      checked={props.value === true}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  )
}
