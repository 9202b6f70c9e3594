// What the built-in model should watch for: a list to tick.
import { Checkbox, Stack } from '@mantine/core'
import { edgeSkills } from '../../../nodes/contract/skills.ts'
import { optionsOf } from '../schema.ts'
import { sentence, type WidgetProps } from './widget.ts'

/** `skills` */
export function SkillsWidget(props: WidgetProps) {
  const value = Array.isArray(props.value) ? props.value.map(String) : []
  const own = optionsOf(props.schema)
  const choices = props.schema.options
    ? own
    : edgeSkills
        .filter((skill) => own.length === 0 || own.some((option) => option.value === skill.id))
        .map((skill) => ({ value: skill.id as string, label: skill.label, help: skill.help }))
  return (
    <Checkbox.Group
      label={props.label}
      description={sentence(props.schema.help)}
      error={props.error}
      withAsterisk={props.isRequired}
      value={value}
      onChange={(next) => props.onChange(next)}
      data-testid={`field-${props.name}`}
    >
      <Stack gap={8} mt={8}>
        {choices.map((choice) => (
          <Checkbox
            key={choice.value}
            value={choice.value}
            label={choice.label}
            description={choice.help}
            disabled={props.isReadOnly}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
