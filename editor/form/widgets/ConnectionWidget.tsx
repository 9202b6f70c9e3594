// Which named server or account a node uses: those that can do the job, and the way to add one.
import { Anchor, NativeSelect } from '@mantine/core'
import { useContext, useState } from 'react'
import type { ConnectionKind } from '../../../nodes/contract/connections.ts'
import { go } from '../../route.ts'
import { useKindView, type KindViewOf } from '../../panels/connection-kinds.ts'
import { AddConnectionHere, inputProps, textOf, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'
import { useConnections } from '../../queries.ts'

/** "mail (E-mail)"; the kind is left out where the name says it. */
function labelOf(name: string, kind: ConnectionKind, viewOf: KindViewOf): string {
  const { title } = viewOf(kind)
  return name.toLowerCase() === title.toLowerCase() ? name : `${name} (${title})`
}

/** `connection` */
export function ConnectionWidget(props: WidgetProps) {
  const all = useConnections()
  const viewOf = useKindView()
  const { can: wanted } = props.schema
  const fitting = all.filter(({ can }) => !wanted || can[wanted] !== undefined)
  const Add = useContext(AddConnectionHere)
  const [isAdding, setAdding] = useState(false)
  const value = textOf(props.value)
  const data = fitting.map(({ name, kind }) => ({ value: name, label: labelOf(name, kind, viewOf) }))
  if (!fitting.some((connection) => connection.name === value)) {
    data.unshift({ value, label: value === '' ? say('Choose…') : say('{value} (missing)', { value }) })
  }
  return (
    <div>
      <NativeSelect
        {...inputProps(props)}
        data={data}
        value={value}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
      />
      <Anchor
        size="xs"
        mt={4}
        component="button"
        type="button"
        c="var(--heed-quiet)"
        underline="always"
        aria-expanded={Add ? isAdding : undefined}
        onClick={() => (Add ? setAdding(!isAdding) : go('/connections'))}
        data-testid={`add-connection-for-${props.name}`}
      >
        {isAdding ? say('Add none') : Add || fitting.length === 0 ? say('Add a connection') : say('Edit connections')}
      </Anchor>
      {Add && isAdding && (
        <Add
          ability={wanted}
          onAdded={(name) => {
            setAdding(false)
            props.onChange(name)
          }}
        />
      )}
    </div>
  )
}
