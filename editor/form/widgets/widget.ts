// What every widget of a form is given: one field, its value, and the way to change it.
import { createContext, type ComponentType } from 'react'
import type { Ability } from '../../../nodes/contract/connections.ts'
import type { Ground } from './picture-to-draw-on.ts'
import type { FieldSchema } from '../../views.ts'

export interface WidgetProps {
  name: string
  label: string
  schema: FieldSchema
  value: unknown
  isRequired: boolean
  /** What is wrong here, as a sentence. */
  error: string | undefined
  onChange(value: unknown): void
  /** The whole config, for widgets that look at more than their own field. */
  config: Record<string, unknown>
  /** Whose config it is, where it belongs to a node of a flow. */
  owner?: { flow: string; node: string }
  isReadOnly?: boolean
  /** For drawings: what to draw on, where it is no flow's camera. */
  ground?: () => Promise<Ground>
}

/** Where a connection can be added without leaving: the inspector gives the form for it. */
export const AddConnectionHere = createContext<ComponentType<{
  ability: Ability | undefined
  onAdded(name: string): void
}> | null>(null)

/** Help as a sentence, however a node type wrote it. */
export function sentence(help: string | undefined): string | undefined {
  return help && !/[.!?…]$/.test(help) ? `${help}.` : help
}

/** What all of Mantine's inputs want in the same words. */
export function inputProps({ label, schema, isRequired, error, name, isReadOnly }: WidgetProps) {
  return {
    label,
    description: sentence(schema.help),
    withAsterisk: isRequired,
    error,
    name,
    disabled: isReadOnly,
    'data-testid': `field-${name}`,
  } as const
}

/** A text as it is typed; empty means "not set". */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}
