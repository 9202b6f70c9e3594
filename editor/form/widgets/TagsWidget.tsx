// Several short texts.
import { TagsInput } from '@mantine/core'
import { optionsOf } from '../schema.ts'
import { inputProps, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

/** `tags` */
export function TagsWidget(props: WidgetProps) {
  const value = Array.isArray(props.value) ? props.value.map(String) : []
  return (
    <TagsInput
      {...inputProps(props)}
      data={optionsOf(props.schema).map((option) => option.value)}
      value={value}
      placeholder={value.length === 0 ? (props.schema.placeholder ?? say('Type and press Enter')) : undefined}
      onChange={(next) => props.onChange(next)}
    />
  )
}
