// Somebody else has changed the same values of this flow: both, side by side, each to be chosen. Everything else is merged already.
import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { nameOf } from '../graph/check.ts'
import type { Conflict, Side } from '../graph/merge.ts'
import { useSignIn } from '../sign-in.ts'
import { chooseVersion, useFlow } from '../store.ts'
import type { NodeTypes } from '../views.ts'
import { say } from '../words/say.ts'

/** A value as it is shown: short, and never as an empty place. */
function valueWords(value: unknown, field: string | null): string {
  if (value === undefined) return field === null ? say('Removed') : say('Not set')
  if (field === null) return say('Kept, with changes')
  if (typeof value === 'string') return value === '' ? say('Empty') : value
  if (field === 'position') {
    const { x, y } = value as { x: number; y: number }
    return say('at {x}, {y}', { x: Math.round(x), y: Math.round(y) })
  }
  return Array.isArray(value) ? value.map(String).join(', ') || say('Empty') : JSON.stringify(value)
}

function labelOf({ node, field }: Conflict, flow: Flow, theirs: Flow, types: NodeTypes): string {
  const drawn = [...flow.nodes, ...theirs.nodes].find(({ id }) => id === node)
  const isNote = [...(flow.notes ?? []), ...(theirs.notes ?? [])].some(({ id }) => id === node)
  const card = drawn ? nameOf(drawn, types) : node === null ? say('The flow') : isNote ? say('A note') : say('A group')
  if (field === null) return card
  const meta = types.get(drawn?.type ?? '')?.config.properties?.[field]
  return `${card}: ${meta?.label ?? { name: say('Name'), position: say('Place'), text: say('Words'), title: say('Title'), width: say('Width'), height: say('Height') }[field] ?? field}`
}

interface ValuesProps {
  conflicts: readonly Conflict[]
  mine: Flow
  theirs: Flow
  choices: Record<string, Side>
  onChoose(choices: Record<string, Side>): void
}

function Values({ conflicts, mine, theirs, choices, onChoose }: ValuesProps) {
  const types = useSignIn(({ types }) => types)
  return (
    <table className="conflict-values">
      <thead>
        <tr>
          <th scope="col" aria-label={say('What')} />
          <th scope="col">{say('Yours')}</th>
          <th scope="col">{say('Theirs')}</th>
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
                  aria-label={say('Which one goes on')}
                  data={[
                    { value: 'mine', label: say('Yours') },
                    { value: 'theirs', label: say('Theirs') },
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
      <h2 id="conflict-title">{say('This was changed somewhere else too')}</h2>
      <p>
        {say('{value} changed here and there. Choose which one goes on; all other changes of both are kept.', {
          value:
            conflicts.length === 1 ? say('One value was') : say('{count} values were', { count: conflicts.length }),
        })}
      </p>
      <Values conflicts={conflicts} mine={mine} theirs={theirs.document} choices={choices} onChoose={setChoices} />
      <div className="row">
        {isMixed && (
          <Button loading={isBusy} onClick={() => choose(choices)} data-testid="conflict-chosen">
            {say('Go on with what is chosen')}
          </Button>
        )}
        <Button
          variant={isMixed ? 'default' : 'filled'}
          loading={isBusy}
          onClick={() => choose('mine')}
          data-testid="conflict-mine"
        >
          {say('Keep mine')}
        </Button>
        <Button variant="default" loading={isBusy} onClick={() => choose('theirs')} data-testid="conflict-theirs">
          {say('Take theirs')}
        </Button>
      </div>
    </section>
  )
}
