// A config drawn from its schema: labels, help and widgets come from the node type, so every installed type has a form.
import { Button, Collapse, Stack } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import type { FieldSchema, Problem } from '../views.ts'
import { fieldsOf, isShown, valueOf, type Field } from './schema.ts'
import { widgets } from './widgets/all.ts'
import { say } from '../words/say.ts'
import { useConnections } from '../queries.ts'

export interface ConfigFormProps {
  schema: FieldSchema
  config: Record<string, unknown>
  problems: readonly Problem[]
  owner?: { flow: string; node: string }
  isReadOnly?: boolean
  onChange(field: string, value: unknown): void
}

function problemOf(field: Field, problems: readonly Problem[]): string | undefined {
  return problems.find((problem) => problem.field === field.name || problem.field?.startsWith(`${field.name}.`))
    ?.message
}

/** All fields that apply now; the advanced ones behind "More". */
export function ConfigForm({ schema, config, problems, owner, isReadOnly, onChange }: ConfigFormProps) {
  const [isOpen, setOpen] = useState(false)
  const connections = useConnections()
  const fields = fieldsOf(schema)
  const connection = fields.find((field) => field.name === 'connection')
  const chosen = connection && valueOf(connection, config)
  const can = connections.find((candidate) => candidate.name === chosen)?.can
  const shown = fields.filter((field) => isShown(field, fields, config, can))
  const draw = (field: Field) => {
    const Widget = widgets[field.widget] ?? widgets.text
    return (
      <Widget
        key={field.name}
        name={field.name}
        label={field.label}
        schema={field.schema}
        isRequired={field.isRequired}
        config={config}
        owner={owner}
        isReadOnly={isReadOnly}
        value={valueOf(field, config)}
        error={problemOf(field, problems)}
        onChange={(value) => onChange(field.name, value)}
      />
    )
  }
  const plain = shown.filter((field) => !field.schema.advanced)
  const advanced = shown.filter((field) => field.schema.advanced)
  const hasTrouble = advanced.some((field) => problemOf(field, problems))
  return (
    <Stack gap={16}>
      {plain.map(draw)}
      {advanced.length > 0 && (
        <div>
          <Button
            variant="subtle"
            size="xs"
            px={4}
            aria-expanded={isOpen || hasTrouble}
            onClick={() => setOpen(!isOpen)}
            leftSection={
              isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />
            }
          >
            {say('More settings')}
          </Button>
          <Collapse expanded={isOpen || hasTrouble}>
            <Stack gap={16} mt={12}>
              {advanced.map(draw)}
            </Stack>
          </Collapse>
        </div>
      )}
    </Stack>
  )
}
