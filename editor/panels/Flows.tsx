// All flows of this Heed: open, duplicate, export, import, delete.
import { Button, TextInput } from '@mantine/core'
import {
  IconCopyPlus,
  IconEye,
  IconFileExport,
  IconSchema,
  IconSearch,
  IconTrash,
  IconFileImport,
} from '@tabler/icons-react'
import { useState } from 'react'
import { api } from '../api.ts'
import { StateMark } from '../canvas/StateMark.tsx'
import type { FlowSummary } from '../views.ts'
import { Ago } from './Ago.tsx'
import { ConfirmButton } from './ConfirmButton.tsx'
import '../needs.css'
import { NewFlowButton } from './NewFlowButton.tsx'
import { freeName } from './new-flow.ts'
import { Empty, Page, Skeletons } from './Page.tsx'
import { follow } from './Rail.tsx'
import { giveAway, beginTaking } from '../sharing/sharing-store.ts'
import { isAwake, useFlows } from './use-flows.ts'
import { say } from '../words/say.ts'
import { flowsQuery, readAgain } from '../queries.ts'

async function duplicate(flow: FlowSummary, names: readonly string[]): Promise<void> {
  await api.duplicateFlow(flow.id, freeName(say('{name}, copy', { name: flow.name }), names))
  await readAgain(flowsQuery)
}

async function remove(flow: FlowSummary): Promise<void> {
  await api.removeFlow(flow.id)
  await readAgain(flowsQuery)
}

function FlowRow({
  flow,
  names,
  onFailure,
}: {
  flow: FlowSummary
  names: readonly string[]
  onFailure(message: string): void
}) {
  const run = (work: Promise<void>): void =>
    void work.catch((error: unknown) => onFailure(error instanceof Error ? error.message : String(error)))
  return (
    <li className="flow-row" data-testid="flow-row">
      <a href={`/flows/${flow.id}`} onClick={follow} className="flow-name">
        <strong className="clip-text">{flow.name}</strong>
        <span className="small quiet clip-text">
          {flow.description || (flow.tags.length > 0 ? flow.tags.join(', ') : say('No description'))}
        </span>
      </a>
      <StateMark state={flow.state} isWashed />
      <span className="small quiet flow-changed">
        {say('Changed')} <Ago at={flow.updatedAt} />
      </span>
      <span className="flow-actions">
        <Button
          component="a"
          href={`/watch/${flow.id}`}
          onClick={follow}
          variant="default"
          size="xs"
          leftSection={<IconEye size={16} aria-hidden />}
          aria-label={say('Watch {name}', { name: flow.name })}
          data-testid="watch-link"
        >
          {say('Watch')}
        </Button>
        <Button
          variant="default"
          size="xs"
          onClick={() => run(duplicate(flow, names))}
          leftSection={<IconCopyPlus size={16} aria-hidden />}
          aria-label={say('Duplicate {name}', { name: flow.name })}
        >
          {say('Duplicate')}
        </Button>
        <Button
          variant="default"
          size="xs"
          onClick={() => void giveAway(flow.id)}
          leftSection={<IconFileExport size={16} aria-hidden />}
          aria-label={say('Export {name}', { name: flow.name })}
          data-testid="export-flow"
        >
          {say('Export')}
        </Button>
        <ConfirmButton
          size="xs"
          question={isAwake(flow.state) ? say('Stop and delete it?') : say('Delete for good?')}
          onConfirm={() => run(remove(flow))}
          leftSection={<IconTrash size={16} aria-hidden />}
          aria-label={say('Delete {name}', { name: flow.name })}
        >
          {say('Delete')}
        </ConfirmButton>
      </span>
    </li>
  )
}

/** The page. */
export function Flows() {
  const flows = useFlows()
  const [words, setWords] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  if (!flows)
    return (
      <Page title={say('Flows')}>
        <Skeletons count={4} height={64} />
      </Page>
    )
  const shown = flows.filter((flow) =>
    `${flow.name} ${flow.description} ${flow.tags.join(' ')}`.toLowerCase().includes(words.toLowerCase()),
  )
  return (
    <Page
      title={say('Flows')}
      isWide
      aside={
        <div className="row">
          <ImportButton />
          {flows.length > 0 && <NewFlowButton />}
        </div>
      }
    >
      {flows.length === 0 ? (
        <Empty icon={<IconSchema size={40} stroke={1.25} aria-hidden />} action={<NewFlowButton />}>
          {say('Nothing is drawn yet. A new flow begins with a ready scenario, or with an empty canvas.')}
        </Empty>
      ) : (
        <>
          {flows.length > 5 && (
            <div className="tools">
              <TextInput
                aria-label={say('Find a flow')}
                placeholder={say('Find a flow')}
                leftSection={<IconSearch size={16} aria-hidden />}
                value={words}
                onChange={(event) => setWords(event.currentTarget.value)}
              />
            </div>
          )}
          {failure && (
            <div className="notice" data-tone="bad" role="alert" style={{ marginBottom: 16 }}>
              {failure}
            </div>
          )}
          <ul className="flow-list surface">
            {shown.map((flow) => (
              <FlowRow key={flow.id} flow={flow} names={flows.map(({ name }) => name)} onFailure={setFailure} />
            ))}
          </ul>
          {shown.length === 0 && <p className="quiet">{say('No flow is called "{words}".', { words })}</p>}
        </>
      )}
    </Page>
  )
}

// "Import…": opens the panel that takes a flow in, from wherever a person looks for it.
/** The button. */
function ImportButton() {
  return (
    <Button
      variant="default"
      onClick={beginTaking}
      leftSection={<IconFileImport size={18} aria-hidden />}
      data-testid="import-flow"
    >
      {say('Import…')}
    </Button>
  )
}
