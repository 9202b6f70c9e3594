// Which connection does it: those that will do here, each with its test, and a new one added on the spot.
import { Button, NativeSelect } from '@mantine/core'
import { IconPlugConnected, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { Ability } from '../../nodes/contract/connections.ts'
import { api } from '../api.ts'
import { AddConnection } from '../panels/AddConnection.tsx'
import { useKindView } from '../panels/connection-kinds.ts'
import { useSignIn } from '../sign-in.ts'
import type { TestResult } from '../views.ts'
import { useWords } from './gallery-words.ts'
import type { AskView, TemplateDocument } from './template-views.ts'
import { useConnections } from '../queries.ts'

function Tested({ name }: { name: string }) {
  const { words } = useWords()
  const [result, setResult] = useState<TestResult | null>(null)
  const [isBusy, setBusy] = useState(false)
  const test = async (): Promise<void> => {
    setBusy(true)
    setResult(
      await api
        .testConnection(name)
        .catch((error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) })),
    )
    setBusy(false)
  }
  return (
    <>
      <Button
        variant="default"
        loading={isBusy}
        onClick={() => void test()}
        leftSection={<IconPlugConnected size={16} aria-hidden />}
        data-testid="question-connection-test"
      >
        {words.test}
      </Button>
      {result && (
        <div className="notice whole-row" data-tone={result.ok ? 'ok' : 'bad'} role="status">
          {result.message}
        </div>
      )}
    </>
  )
}

/** What the field wants of a connection. */
function useAbility(template: TemplateDocument, ask: AskView): Ability | undefined {
  const type = template.document.nodes.find(({ id }) => id === ask.node)?.type ?? ''
  return useSignIn(({ types }) => types.get(type)?.config.properties?.[ask.field]?.can)
}

export function ConnectionQuestion(props: {
  template: TemplateDocument
  ask: AskView
  value: unknown
  trouble: string | undefined
  labelledBy: string
  onChoose(name: string): void
  onChanged(): void
}) {
  const { template, ask, trouble, labelledBy, onChoose, onChanged } = props
  const { words } = useWords()
  const ability = useAbility(template, ask)
  const connections = useConnections()
  const viewOf = useKindView()
  const fitting = ask.connections ?? []
  const [isAdding, setAdding] = useState(false)
  const value = typeof props.value === 'string' ? props.value : ''
  const nameOf = (name: string): string => {
    const found = connections.find((connection) => connection.name === name)
    const title = found ? viewOf(found.kind).title : ''
    return title === '' || title.toLowerCase() === name.toLowerCase() ? name : `${name} (${title})`
  }
  const added = (name: string): void => {
    setAdding(false)
    onChoose(name)
    onChanged()
  }
  const data = [...new Set([value, ...fitting])].map((name) => ({
    value: name,
    label: name === '' ? '…' : nameOf(name),
  }))
  return (
    <div className="stack-tight">
      {fitting.length > 0 && !isAdding && (
        <div className="row">
          <NativeSelect
            aria-labelledby={labelledBy}
            data={data}
            value={value}
            onChange={(event) => onChoose(event.currentTarget.value)}
            data-testid={`ask-${ask.node}-${ask.field}`}
          />
          {value !== '' && <Tested key={value} name={value} />}
          <Button
            variant="subtle"
            onClick={() => setAdding(true)}
            leftSection={<IconPlus size={16} aria-hidden />}
            data-testid="question-connection-add"
          >
            {words.addConnection}
          </Button>
        </div>
      )}
      {fitting.length === 0 && <p className="small quiet">{words.noConnection}</p>}
      {(isAdding || fitting.length === 0) && (
        <>
          <AddConnection ability={ability} onAdded={added} />
          {fitting.length > 0 && (
            <Button variant="subtle" size="xs" onClick={() => setAdding(false)}>
              {words.cancel}
            </Button>
          )}
        </>
      )}
      {trouble && <p className="question-trouble">{trouble}</p>}
    </div>
  )
}
