// In a flow's own panel: the template it came from, what a newer version would change, and keeping the flow as a template.
import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { IconArrowRight, IconTemplate } from '@tabler/icons-react'
import { useState, type FormEvent } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { api } from '../api.ts'
import { follow } from '../panels/Rail.tsx'
import { useSignIn } from '../sign-in.ts'
import { inspect, saveNow, select } from '../store.ts'
import { readFlowTemplate, takeNewer, useFlowTemplate } from './flow-template.ts'
import './gallery.css'
import { capabilityOf, capabilityWords, type Capability } from './gallery-words.ts'
import { changeWords } from './template-changes.ts'
import { say } from '../words/say.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function TemplateLink({ id, title }: { id: string; title: string | null }) {
  return title === null ? (
    <>“{id}”</>
  ) : (
    <a href={`/templates/${encodeURIComponent(id)}`} onClick={follow}>
      {title}
    </a>
  )
}

function Changes({ flow, flowId }: { flow: Flow; flowId: string }) {
  const from = useFlowTemplate((state) => state.from)
  const types = useSignIn(({ types }) => types)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  if (!from || from.newest === null) return null
  const changes = changeWords(from.changes, { flow, next: from.document, types })
  const take = (): void => {
    setBusy(true)
    setFailure(null)
    takeNewer(flowId)
      .catch((error: unknown) => setFailure(messageOf(error)))
      .finally(() => setBusy(false))
  }
  return (
    <div className="stack-tight" data-testid="newer-template">
      <p>
        <strong>{say('Version {newest} is here.', { newest: from.newest })}</strong> {say('Your own settings stay.')}
      </p>
      <ul className="template-changes">
        {changes.map(({ what, from: now, to, keptOwn }, at) => (
          <li key={at} data-kept={keptOwn || undefined}>
            <span className="small">{what}</span>
            {now !== undefined && (
              <span className="small change-values">
                <del>{now}</del>
                <IconArrowRight size={14} aria-label={say('becomes')} />
                <ins>{to}</ins>
              </span>
            )}
            {keptOwn && <span className="small quiet">{say('You changed this, so yours stays.')}</span>}
          </li>
        ))}
      </ul>
      {changes.length === 0 && <p className="small quiet">{say('Nothing that you see changes.')}</p>}
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      <div>
        <Button size="xs" loading={isBusy} onClick={take} data-testid="take-newer">
          {say('Take version {newest} over', { newest: from.newest })}
        </Button>
      </div>
    </div>
  )
}

function Keep({ flow, flowId, onDone }: { flow: Flow; flowId: string; onDone(): void }) {
  const [title, setTitle] = useState(flow.name)
  const [purpose, setPurpose] = useState(flow.description ?? '')
  const [capability, setCapability] = useState<Capability>('monitoring')
  const [kept, setKept] = useState<{ id: string; title: string; version: number } | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const keep = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await saveNow()
      const text = purpose.trim()
      setKept(await api.keepAsTemplate({ flow: flowId, title, ...(text ? { purpose: text } : {}), capability }))
    } catch (error) {
      setFailure(messageOf(error))
    }
    setBusy(false)
  }
  if (kept)
    return (
      <div className="notice" data-tone="ok" role="status" data-testid="template-kept">
        {say('Kept as')} <TemplateLink id={kept.id} title={kept.title} />
        {say(', version {version}. Passwords and keys were left out.', { version: kept.version })}
      </div>
    )
  return (
    <form className="stack-tight" onSubmit={(event) => void keep(event)} data-testid="keep-form">
      <TextInput
        label={say('Title')}
        required
        withAsterisk={false}
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        data-testid="keep-title"
      />
      <Textarea
        label={say('What it is for')}
        autosize
        minRows={2}
        maxLength={400}
        value={purpose}
        onChange={(event) => setPurpose(event.currentTarget.value)}
      />
      <NativeSelect
        label={say('Where it stands in the gallery')}
        data={capabilityWords.map(([value, label]) => ({ value, label: label.en }))}
        value={capability}
        onChange={(event) => setCapability(capabilityOf(event.currentTarget.value))}
      />
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      <div className="row">
        <Button type="submit" size="xs" loading={isBusy} disabled={title.trim() === ''} data-testid="keep-submit">
          {say('Keep')}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {say('Cancel')}
        </Button>
      </div>
    </form>
  )
}

/** The section of the flow's panel. */
export function FlowTemplateSection({ flow, flowId }: { flow: Flow; flowId: string }) {
  const from = useFlowTemplate((state) => (state.flow === flowId ? state.from : null))
  const [isKeeping, setKeeping] = useState(false)
  return (
    <section className="inspector-section">
      <h3 className="group-title">{say('Template')}</h3>
      {from?.template && (
        <p className="small" data-testid="flow-template">
          {say('Made from')} <TemplateLink id={from.template.id} title={from.template.title} />
          {say(', version')} <span className="nums">{from.template.version}</span>.
          {!from.isOffered && say(' That template is not offered here any more.')}
        </p>
      )}
      <Changes flow={flow} flowId={flowId} />
      {isKeeping ? (
        <Keep flow={flow} flowId={flowId} onDone={() => setKeeping(false)} />
      ) : (
        <div>
          <Button
            size="xs"
            variant="default"
            onClick={() => setKeeping(true)}
            leftSection={<IconTemplate size={16} aria-hidden />}
            data-testid="keep-as-template"
          >
            {say('Keep as a template')}
          </Button>
        </div>
      )}
    </section>
  )
}

/** Over the canvas, once for each visit: a newer version is here. */
export function NewerNotice({ flowId }: { flowId: string }) {
  const from = useFlowTemplate((state) => (state.flow === flowId && !state.isPutOff ? state.from : null))
  if (!from?.template || from.newest === null) return null
  const show = (): void => {
    select({})
    inspect(true)
    void readFlowTemplate(flowId)
    useFlowTemplate.setState({ isPutOff: true })
  }
  return (
    <div className="notice page-notice" role="status" data-testid="newer-notice">
      <span style={{ flex: 1 }}>
        {say("A newer version of this flow's template, {title}, is here.", {
          title: from.template.title ?? from.template.id,
        })}
      </span>
      <Button size="compact-sm" variant="default" onClick={show} data-testid="newer-show">
        {say('Show what changes')}
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={() => useFlowTemplate.setState({ isPutOff: true })}>
        {say('Later')}
      </Button>
    </div>
  )
}
