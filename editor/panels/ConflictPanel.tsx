// Somebody else has changed the same values of this flow: both, side by side, each to be chosen. Everything else is merged already.
import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { nameOf } from '../graph/check.ts'
import type { Conflict, Side } from '../graph/merge.ts'
import { useSession } from '../session.ts'
import { chooseVersion, useFlow } from '../store.ts'
import type { NodeTypes } from '../views.ts'

/** A value as it is shown: short, and never as an empty place. */
function valueWords(value: unknown, field: string | null): string {
  if (value === undefined) return field === null ? 'Removed' : 'Not set'
  if (field === null) return 'Kept, with changes'
  if (typeof value === 'string') return value === '' ? 'Empty' : value
  if (field === 'position') {
    const { x, y } = value as { x: number; y: number }
    return `at ${Math.round(x)}, ${Math.round(y)}`
  }
  return Array.isArray(value) ? value.map(String).join(', ') || 'Empty' : JSON.stringify(value)
}

function labelOf({ node, field }: Conflict, flow: Flow, theirs: Flow, types: NodeTypes): string {
  const drawn = [...flow.nodes, ...theirs.nodes].find(({ id }) => id === node)
  const isNote = [...(flow.notes ?? []), ...(theirs.notes ?? [])].some(({ id }) => id === node)
  const card = drawn ? nameOf(drawn, types) : node === null ? 'The flow' : isNote ? 'A note' : 'A group'
  if (field === null) return card
  const meta = types.get(drawn?.type ?? '')?.config.properties?.[field]
  return `${card}: ${meta?.label ?? { name: 'Name', position: 'Place', text: 'Words', title: 'Title', width: 'Width', height: 'Height' }[field] ?? field}`
}

interface ValuesProps {
  conflicts: readonly Conflict[]
  mine: Flow
  theirs: Flow
  choices: Record<string, Side>
  onChoose(choices: Record<string, Side>): void
}

function Values({ conflicts, mine, theirs, choices, onChoose }: ValuesProps) {
  const types = useSession((session) => session.types)
  return (
    <table className="conflict-values">
      <thead>
        <tr>
          <th scope="col" aria-label="What" />
          <th scope="col">Yours</th>
          <th scope="col">Theirs</th>
        </tr>
      </thead>
      <tbody>
        {conflicts.map((conflict) => (
          <tr key={conflict.key} data-testid="conflict-value">
            <th scope="row">
              {labelOf(conflict, mine, theirs, types)}
              {conflicts.length > 1 && (
                <SegmentedControl
                  size="xs"
                  aria-label="Which one goes on"
                  data={[
                    { value: 'mine', label: 'Yours' },
                    { value: 'theirs', label: 'Theirs' },
                  ]}
                  value={choices[conflict.key] ?? 'mine'}
                  onChange={(side) => onChoose({ ...choices, [conflict.key]: side as Side })}
                />
              )}
            </th>
            <td>{valueWords(conflict.mine, conflict.field)}</td>
            <td>{valueWords(conflict.theirs, conflict.field)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Drawn over the canvas while there is something to choose. */
export function ConflictPanel({ mine }: { mine: Flow }) {
  const save = useFlow((open) => open.save)
  const [choices, setChoices] = useState<Record<string, Side>>({})
  const [isBusy, setBusy] = useState(false)
  if (save.kind !== 'conflict') return null
  const choose = (side: Side | Record<string, Side>): void => {
    setBusy(true)
    void chooseVersion(side).finally(() => {
      setBusy(false)
      setChoices({})
    })
  }
  const { conflicts, theirs } = save
  const isMixed = conflicts.length > 1
  return (
    <section className="conflict surface" role="alertdialog" aria-labelledby="conflict-title" data-testid="conflict">
      <h2 id="conflict-title">This was changed somewhere else too</h2>
      <p>
        {conflicts.length === 1 ? 'One value was' : `${conflicts.length} values were`} changed here and there. Choose
        which one goes on; all other changes of both are kept.
      </p>
      <Values conflicts={conflicts} mine={mine} theirs={theirs.document} choices={choices} onChoose={setChoices} />
      <div className="row">
        {isMixed && (
          <Button loading={isBusy} onClick={() => choose(choices)} data-testid="conflict-chosen">
            Go on with what is chosen
          </Button>
        )}
        <Button
          variant={isMixed ? 'default' : 'filled'}
          loading={isBusy}
          onClick={() => choose('mine')}
          data-testid="conflict-mine"
        >
          Keep mine
        </Button>
        <Button variant="default" loading={isBusy} onClick={() => choose('theirs')} data-testid="conflict-theirs">
          Take theirs
        </Button>
      </div>
    </section>
  )
}
