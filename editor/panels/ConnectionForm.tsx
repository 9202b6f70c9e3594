// Adding or changing one connection: its settings, its secrets (which go in and never come out), and a test in words.
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { api, ApiError } from '../api.ts'
import { ConfigForm } from '../form/ConfigForm.tsx'
import type { ConnectionKindView, ConnectionView, TestResult } from '../views.ts'
import { ConfirmButton } from './ConfirmButton.tsx'
import { whyNotName } from './connection-kinds.ts'
import { list, say } from '../words/say.ts'
import { connectionsQuery, readAgain } from '../queries.ts'

interface Props {
  view: ConnectionKindView
  existing: ConnectionView | undefined
  taken: readonly string[]
  startName?: string
  onDone(name: string | null): void
}

/** What the form shows from the start is what is sent, touched or not. */
function defaultsOf({ config }: ConnectionKindView): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config.properties ?? {})
      .filter(([, field]) => field.default !== undefined)
      .map(([name, field]) => [name, field.default]),
  )
}

/** What must be filled in before anything is sent, by the names on the form; null when nothing is missing. */
function whatIsMissing({ config: schema }: ConnectionKindView, config: Record<string, unknown>): string | null {
  const missing = (schema.required ?? [])
    .filter((name) => (config[name] ?? '') === '')
    .map((name) => schema.properties?.[name]?.label ?? name)
  return missing.length > 0 ? say('Fill in {fields} first.', { fields: list(missing) }) : null
}

function useConnectionForm({ view, existing, taken, startName, onDone }: Props) {
  const [name, setName] = useState(existing?.name ?? startName ?? view.kind)
  const [config, setConfig] = useState<Record<string, unknown>>(() => existing?.config ?? defaultsOf(view))
  const [secret, setSecret] = useState<Record<string, string>>({})
  const [failure, setFailure] = useState<string | null>(null)
  /** Stored ones that a changed address asks for again, as `secret.apiKey`. */
  const [again, setAgain] = useState<readonly string[]>([])
  const [result, setResult] = useState<TestResult | null>(null)
  const [busy, setBusy] = useState<'save' | 'test' | null>(null)
  const run = async (what: 'save' | 'test', work: () => Promise<void>): Promise<void> => {
    setBusy(what)
    setFailure(null)
    setResult(null)
    setAgain([])
    await work().catch((error: unknown) => {
      setFailure(error instanceof Error ? error.message : String(error))
      if (error instanceof ApiError && error.code === 'CONNECTION_SECRET_AGAIN')
        setAgain(error.problems.map(({ field }) => field ?? ''))
    })
    setBusy(null)
  }
  const complete = (): void => {
    const missing = whatIsMissing(view, config)
    if (missing) throw new Error(missing)
  }
  const save = (event: FormEvent): void => {
    event.preventDefault()
    const wrong = existing ? null : whyNotName(name, taken)
    if (wrong) return setFailure(wrong)
    void run('save', async () => {
      complete()
      if (existing) await api.updateConnection(existing.name, { config, secret })
      else await api.addConnection({ name, kind: view.kind, config, secret })
      await readAgain(connectionsQuery)
      onDone(existing?.name ?? name)
    })
  }
  const test = (): void =>
    void run('test', async () => {
      complete()
      setResult(await api.testConnection(existing?.name ?? name, { kind: view.kind, config, secret }))
    })
  const remove = (): void =>
    void run('save', async () => {
      await api.removeConnection(existing?.name ?? '')
      await readAgain(connectionsQuery)
      onDone(null)
    })
  return { name, setName, config, setConfig, secret, setSecret, failure, again, result, busy, save, test, remove }
}

/** What goes in and never comes out: a stored one is only said to be there. */
function Secrets({
  view,
  existing,
  form,
}: Pick<Props, 'view' | 'existing'> & { form: ReturnType<typeof useConnectionForm> }) {
  return view.secrets.map(({ name, label, help }) => {
    const isSet = existing?.hasSecret.includes(name)
    const isAskedAgain = form.again.includes(`secret.${name}`) && !form.secret[name]
    return (
      <PasswordInput
        key={name}
        label={label}
        autoComplete="off"
        placeholder={isAskedAgain ? say('Enter it again') : isSet ? say('Set; type to replace it') : say('Not set')}
        error={isAskedAgain && say('The address has changed: enter it again.')}
        data-testid={`secret-${name}`}
        description={help}
        value={form.secret[name] ?? ''}
        onChange={(event) => {
          const value = event.currentTarget.value
          form.setSecret((now) => ({ ...now, [name]: value }))
        }}
      />
    )
  })
}

/** The side panel's form. */
export function ConnectionForm(props: Props) {
  const { view, existing } = props
  const form = useConnectionForm(props)
  return (
    <form className="stack" onSubmit={form.save} noValidate>
      {!existing && (
        <TextInput
          label={say('Name')}
          description={say('How flows refer to it')}
          value={form.name}
          onChange={(event) => form.setName(event.currentTarget.value.trim())}
          data-testid="connection-name"
        />
      )}
      <ConfigForm
        schema={view.config}
        config={form.config}
        problems={[]}
        onChange={(field, value) => form.setConfig((now) => ({ ...now, [field]: value }))}
      />
      <Secrets view={view} existing={existing} form={form} />
      {form.failure && (
        <div className="notice" data-tone="bad" role="alert">
          {form.failure}
        </div>
      )}
      {form.result && (
        <div
          className="notice"
          data-tone={form.result.ok ? 'ok' : 'bad'}
          role="status"
          data-testid="connection-test-result"
        >
          {form.result.message}
        </div>
      )}
      <div className="row">
        {!view.isBuiltIn && (
          <Button type="submit" loading={form.busy === 'save'} data-testid="connection-save">
            {existing ? say('Save') : say('Add')}
          </Button>
        )}
        <Button variant="default" loading={form.busy === 'test'} onClick={form.test} data-testid="connection-test">
          {say('Test')}
        </Button>
        {existing && !view.isBuiltIn && (
          <ConfirmButton question={say('Delete for good?')} onConfirm={form.remove}>
            {say('Delete')}
          </ConfirmButton>
        )}
      </div>
    </form>
  )
}
