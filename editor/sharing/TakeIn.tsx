// Takes a flow in that came from elsewhere: shows what it is and what it wants before anything is stored, and asks what becomes of one of
// the same name. Starts nothing.
import { Button, Drawer, NativeSelect, Radio, Textarea, TextInput } from '@mantine/core'
import { IconClipboard, IconFileImport } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { keepLogins } from '../../nodes/contract/own-logins.ts'
import { api } from '../api.ts'
import { differences } from '../graph/compare.ts'
import { freeName } from '../panels/new-flow.ts'
import { useSignIn } from '../sign-in.ts'
import type { IncomingFlow } from '../views.ts'
import { FlowDrawing } from './FlowDrawing.tsx'
import { ForeignReport } from './ForeignReport.tsx'
import { beginTaking, endSharing, lookAt, takeIncoming, useSharing } from './sharing-store.ts'
import { WantsList } from './WantsList.tsx'
import { say } from '../words/say.ts'
import { camerasQuery, useConnections, useFlowList, useRead } from '../queries.ts'

/** A button that opens a file chooser. */
function ChooseFile() {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button onClick={() => input.current?.click()} leftSection={<IconFileImport size={18} aria-hidden />}>
        {say('Choose a file or a picture')}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json,image/png"
        hidden
        data-testid="take-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file) void lookAt(file)
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}

/** What lies in the clipboard: a picture that carries a flow, or text. */
async function readClipboard(): Promise<Blob | string> {
  try {
    for (const item of await navigator.clipboard.read())
      if (item.types.includes('image/png')) return await item.getType('image/png')
  } catch {
    // Some browsers give text only.
  }
  return await navigator.clipboard.readText()
}

function Ways() {
  const [text, setText] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const paste = (): void =>
    void readClipboard()
      .then(lookAt)
      .catch(() =>
        setFailure(say('This browser does not let the page read the clipboard. Paste into the field below.')),
      )
  return (
    <>
      <p>
        {say(
          'A file, a picture that Heed has drawn, a link or copied text; drop it anywhere on this page, or choose it here. Nothing is stored before you have seen what it wants.',
        )}
      </p>
      <div className="share-ways">
        <ChooseFile />
        <Button
          variant="default"
          onClick={paste}
          leftSection={<IconClipboard size={18} aria-hidden />}
          data-testid="take-clipboard"
        >
          {say('From the clipboard')}
        </Button>
      </div>
      {failure && (
        <div className="notice" data-tone="warn" role="alert">
          {failure}
        </div>
      )}
      <Textarea
        label={say('Or paste a link or a flow')}
        placeholder="https://…/s/#…"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        minRows={3}
        maxRows={8}
        autosize
        data-testid="take-text"
      />
      <Button variant="default" disabled={text.trim() === ''} onClick={() => void lookAt(text)} data-testid="take-look">
        {say('Look at it')}
      </Button>
    </>
  )
}

type Choice = 'new' | 'both' | `replace/${string}`

/** What would change in the flow that is there. */
function useDifferences(id: string | null, incoming: Flow): string[] | null {
  const types = useSignIn(({ types }) => types)
  const [lines, setLines] = useState<string[] | null>(null)
  useEffect(() => {
    setLines(null)
    if (id === null) return
    let isMine = true
    api
      .flow(id)
      .then(({ document }) => isMine && setLines(differences(document, keepLogins(document, incoming), types)))
      .catch((error: unknown) => isMine && setLines([error instanceof Error ? error.message : String(error)]))
    return () => {
      isMine = false
    }
  }, [id, incoming, types])
  return lines
}

interface ConflictProps {
  document: Flow
  conflicts: IncomingFlow['conflicts']
  choice: Choice | null
  onChoice(choice: Choice): void
  name: string
  onName(name: string): void
}

function Conflict({ document, conflicts, choice, onChoice, name, onName }: ConflictProps) {
  const replaced = choice?.startsWith('replace/') ? choice.slice('replace/'.length) : null
  const lines = useDifferences(replaced, document)
  if (conflicts.length === 0) return null
  return (
    <Radio.Group
      label={say('You have a flow called “{name}” already', { name: document.name })}
      value={choice}
      onChange={(value) => onChoice(value as Choice)}
      data-testid="take-conflict"
    >
      <div className="stack-tight share-choices">
        <Radio value="new" label={say('Take it in under another name')} data-testid="take-new" />
        {choice === 'new' && (
          <TextInput
            aria-label={say('Its name here')}
            value={name}
            maxLength={200}
            onChange={(event) => onName(event.currentTarget.value)}
            data-testid="take-name"
          />
        )}
        {conflicts.slice(0, 5).map(({ id, revision }) => (
          <Radio
            key={id}
            value={`replace/${id}`}
            label={
              conflicts.length === 1
                ? say('Replace mine')
                : say('Replace the one with {revision} saved revisions ({id})', { revision, id })
            }
            description={say(
              'It becomes revision {revision}. Yours stays in its history, and what runs goes on until you deploy.',
              { revision: revision + 1 },
            )}
            data-testid="take-replace"
          />
        ))}
        {replaced !== null && (
          <ul className="small share-diff" data-testid="take-diff">
            {lines === null ? (
              <li>{say('Comparing…')}</li>
            ) : lines.length === 0 ? (
              <li>{say('Nothing would change.')}</li>
            ) : (
              lines.map((words) => <li key={words}>{words}</li>)
            )}
          </ul>
        )}
        <Radio value="both" label={say('Keep both, under the same name')} data-testid="take-both" />
      </div>
    </Radio.Group>
  )
}

interface OwnThing {
  /** What the sender called it. */
  name: string
  cards: readonly string[]
  isHere: boolean
  /** Others of mine that fit in its place. */
  fitting: readonly string[]
}

interface OwnThingsProps {
  title: string
  what: 'connection' | 'camera'
  things: readonly OwnThing[]
  chosen: Readonly<Record<string, string>>
  onChosen(mine: Record<string, string>): void
}

/** One list of what is mine for each thing that the flow knows by the sender's name. */
function OwnThings({ title, what, things, chosen, onChosen }: OwnThingsProps) {
  if (things.length === 0) return null
  return (
    <section>
      <h3 className="group-title">{title}</h3>
      <div className="stack">
        {things.map(({ name, cards, isHere, fitting }) => (
          <NativeSelect
            key={name}
            label={`“${name}”`}
            description={cards.join(', ')}
            value={chosen[name] ?? name}
            data={[
              {
                value: name,
                label: isHere
                  ? say('Yours of the same name, “{connection}”', { connection: name })
                  : say('“{connection}”, which is not here yet', { connection: name }),
              },
              ...fitting.map((mine) => ({ value: mine, label: say('Yours, “{name}”', { name: mine }) })),
            ]}
            onChange={(event) => onChosen({ ...chosen, [name]: event.currentTarget.value })}
            data-testid={`take-${what}-${name}`}
          />
        ))}
      </div>
    </section>
  )
}

function OwnConnections({
  incoming,
  ...rest
}: { incoming: IncomingFlow } & Pick<OwnThingsProps, 'chosen' | 'onChosen'>) {
  const own = useConnections()
  const things = (incoming.wants?.connections ?? []).map(({ connection, can, cards }) => ({
    name: connection,
    cards,
    isHere: own.some(({ name }) => name === connection),
    fitting: own
      .filter((each) => each.name !== connection && (can === null || each.can[can] !== undefined))
      .map(({ name }) => name),
  }))
  return <OwnThings title={say('Its connections, and yours')} what="connection" things={things} {...rest} />
}

/** Which of mine a flow watches that points to the sender's by name. */
function OwnCameras({ incoming, ...rest }: { incoming: IncomingFlow } & Pick<OwnThingsProps, 'chosen' | 'onChosen'>) {
  const pointed = incoming.wants?.pointed ?? []
  // Without the list the flow can be taken in all the same: it says then which camera it lacks.
  const { data: cameras } = useRead({ ...camerasQuery, enabled: pointed.length > 0 })
  const own = (cameras ?? []).map(({ name }) => name)
  const things = pointed.map(({ camera, cards }) => ({
    name: camera,
    cards,
    isHere: own.includes(camera),
    fitting: own.filter((name) => name !== camera),
  }))
  return <OwnThings title={say('Its cameras, and yours')} what="camera" things={things} {...rest} />
}

/** What lies before a person; `document` is there. */
function Seen({ incoming, document }: { incoming: IncomingFlow; document: Flow }) {
  const types = useSignIn(({ types }) => types)
  const flows = useFlowList() ?? []
  const [choice, setChoice] = useState<Choice | null>(null)
  const [connections, setConnections] = useState<Record<string, string>>({})
  const [cameras, setCameras] = useState<Record<string, string>>({})
  const [name, setName] = useState(() =>
    freeName(
      document.name,
      flows.map((flow) => flow.name),
    ),
  )
  const [isBusy, setBusy] = useState(false)
  const { conflicts, wants, readOnly, summary } = incoming
  const replaced = conflicts.find(({ id }) => choice === `replace/${id}`) ?? null
  const take = (): void => {
    setBusy(true)
    void takeIncoming({
      connections,
      cameras,
      name: choice === 'new' && name.trim() !== '' ? name.trim() : document.name,
      replaces: replaced,
    }).finally(() => setBusy(false))
  }
  return (
    <>
      {readOnly !== null && (
        <div className="notice" data-tone="warn" role="status" data-testid="take-read-only">
          {readOnly}
        </div>
      )}
      <div>
        <h3 className="share-name">{document.name}</h3>
        {document.description && <p className="quiet">{document.description}</p>}
      </div>
      <FlowDrawing flow={document} types={types} />
      {summary && <p className="share-summary">{summary}</p>}
      {incoming.report && <ForeignReport report={incoming.report} />}
      {wants && (
        <WantsList
          wants={wants}
          without={[
            ...(readOnly === null ? (['connections', 'pointed'] as const) : []),
            ...(incoming.report ? (['unknown'] as const) : []),
          ]}
        />
      )}
      {readOnly === null && (
        <>
          <OwnConnections incoming={incoming} chosen={connections} onChosen={setConnections} />
          <OwnCameras incoming={incoming} chosen={cameras} onChosen={setCameras} />
          <Conflict {...{ document, conflicts, choice, name }} onChoice={setChoice} onName={setName} />
          <Button
            onClick={take}
            loading={isBusy}
            disabled={conflicts.length > 0 && choice === null}
            data-testid="import-confirm"
          >
            {replaced === null ? say('Take it in') : say('Replace mine')}
          </Button>
          <p className="small quiet">
            {conflicts.length > 0 && choice === null
              ? say('Choose first what becomes of the one you have.')
              : say('Nothing starts by this. What it would reach or write to waits for your yes.')}
          </p>
        </>
      )}
    </>
  )
}

/** The panel; closed while nothing is taken in. */
export function TakeIn() {
  const { isTaking, isLooking, incoming, failure } = useSharing()
  const shown = incoming?.document ?? null
  return (
    <Drawer
      opened={isTaking}
      onClose={endSharing}
      position="right"
      size={560}
      title={<h2>{say('Import a flow')}</h2>}
      closeButtonProps={{ 'aria-label': say('Close') }}
    >
      <div className="share-panel" data-testid="take-in">
        {failure && (
          <div className="notice" data-tone="bad" role="alert" data-testid="import-failure">
            {failure}
          </div>
        )}
        {isLooking && <div className="skeleton" style={{ height: 160 }} role="status" aria-label={say('Reading')} />}
        {incoming && !shown && (
          <div className="notice" data-tone="warn" role="status" data-testid="take-read-only">
            {incoming.readOnly}
          </div>
        )}
        {!isLooking && !shown && <Ways />}
        {incoming && shown && <Seen key={`${incoming.came} ${shown.name}`} incoming={incoming} document={shown} />}
        {shown && (
          <Button variant="subtle" onClick={beginTaking}>
            {say('Another one')}
          </Button>
        )}
      </div>
    </Drawer>
  )
}
