// A connection added where it is needed: first its kind, among those that can do the job, then its form with its test.
import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useState } from 'react'
import type { Ability, ConnectionKind } from '../../nodes/contract/connections.ts'
import { NamedIcon } from '../icons.tsx'
import { useSignIn } from '../sign-in.ts'
import '../needs.css'
import { freeName } from './new-flow.ts'
import { ConnectionForm } from './ConnectionForm.tsx'
import { useConnections } from '../queries.ts'

/** `onAdded` gets its name. */
export function AddConnection({ ability, onAdded }: { ability: Ability | undefined; onAdded(name: string): void }) {
  const kinds = useSignIn(({ kinds }) => kinds)
  const taken = useConnections().map(({ name }) => name)
  const [chosen, setChosen] = useState<ConnectionKind | null>(null)
  const fitting = [...kinds.values()].filter(
    ({ can, isBuiltIn, isUnlisted }) =>
      !isBuiltIn && !isUnlisted && (ability === undefined || can?.[ability] !== undefined),
  )
  const view = chosen === null ? undefined : kinds.get(chosen)
  if (view)
    return (
      <div className="add-connection surface">
        <div className="row">
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => setChosen(null)}
            leftSection={<IconArrowLeft size={16} aria-hidden />}
          >
            {view.title}
          </Button>
        </div>
        <ConnectionForm
          key={view.kind}
          view={view}
          existing={undefined}
          taken={taken}
          startName={freeName(view.kind, taken).replaceAll(' ', '-')}
          onDone={(name) => (name === null ? setChosen(null) : onAdded(name))}
        />
      </div>
    )
  return (
    <ul className="connection-list surface">
      {fitting.map((each) => (
        <li key={each.kind}>
          <button
            type="button"
            className="connection-row"
            onClick={() => setChosen(each.kind)}
            data-testid={`add-connection-${each.kind}`}
          >
            <NamedIcon name={each.icon} size={22} stroke={1.5} />
            <span className="connection-words">
              <strong>{each.title}</strong>
              <span className="small quiet">{each.text}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
