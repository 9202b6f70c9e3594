// Gives a flow away: says first what is taken out of it and what goes along, then saves a file or a picture, or copies a link.
import { Button, Drawer, Switch } from '@mantine/core'
import { IconClipboard, IconFileExport, IconLink, IconPhoto } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { linkTo, payloadIn } from '../../nodes/contract/flow-address.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { wantsOf } from '../../nodes/contract/shared-flow.ts'
import { api } from '../api.ts'
import { exportName } from '../graph/needs.ts'
import { useSignIn } from '../sign-in.ts'
import { count } from '../words.ts'
import { FlowDrawing } from './FlowDrawing.tsx'
import { endSharing, useSharing } from './sharing-store.ts'
import { linkWords } from './wants-words.ts'
import { say } from '../words/say.ts'
import { useFlowList } from '../queries.ts'

interface Shared {
  document: Flow
  removed: { message: string }[]
  link: string
}

interface Wishes {
  nodes: readonly string[]
  answers: boolean
}

function useShared(id: string, { nodes, answers }: Wishes) {
  const [shared, setShared] = useState<Shared | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const chosen = nodes.join(',')
  useEffect(() => {
    let isMine = true
    const wishes = { nodes: chosen, answers }
    Promise.all([api.exportFlow(id, wishes), api.exportLink(id, wishes)])
      .then(([document, { link, removed }]) => {
        const payload = payloadIn(link)
        // As this browser reaches this Heed; the server may know another address of its own.
        const here = payload === undefined ? link : linkTo(location.origin, payload)
        if (isMine) setShared({ document, removed, link: here })
      })
      .catch((error: unknown) => isMine && setFailure(error instanceof Error ? error.message : String(error)))
    return () => {
      isMine = false
    }
  }, [id, chosen, answers])
  return { shared, failure, setFailure }
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has taken the bytes by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

function RemovedNotice({ removed }: { removed: Shared['removed'] }) {
  if (removed.length === 0)
    return (
      <div className="notice" data-tone="good" data-testid="removed-none">
        {say('No password and no key was found in it.')}
      </div>
    )
  return (
    <div className="notice share-removed" data-tone="warn" data-testid="removed">
      <strong>
        {say('Taken out, {things}. Whoever takes the flow in enters their own.', {
          things: count(removed.length, 'place'),
        })}
      </strong>
      <ul>
        {removed.map(({ message }, at) => (
          <li key={at}>{message}</li>
        ))}
      </ul>
    </div>
  )
}

/** What nobody can find: said before the file is saved, whether something was taken out or not. */
function Limits() {
  return (
    <p className="small quiet" data-testid="share-limits">
      {say(
        'Heed finds logins in addresses, keys in fields and headers, its own saved secrets, and what a sentence calls a password. A password that stands in a text without being called one looks like any other word: read your instructions and descriptions once before you give this away.',
      )}
    </p>
  )
}

/** What is no secret and may still be nobody's business. */
function GoesAlong({ flow }: { flow: Flow }) {
  const types = useSignIn(({ types }) => types)
  const { people, hosts, connections } = wantsOf(flow, types, new Set())
  const named = [...people.map(({ to }) => to), ...hosts.map(({ host }) => host)]
  const tests = Array.isArray(flow.tests) ? flow.tests.length : 0
  const samples = Array.isArray(flow.samples) ? flow.samples.filter((each) => typeof each === 'string') : []
  return (
    <section>
      <h3 className="group-title">{say('Goes along')}</h3>
      <ul>
        <li>
          {say('{things} with their versions{value}, and a summary', {
            things: count(flow.nodes.length, 'card'),
            value: tests > 0 ? `, ${count(tests, 'test')}` : '',
          })}
        </li>
        {connections.length > 0 && (
          <li>
            {say('The names of connections: {value}', {
              value: connections.map(({ connection }) => connection).join(', '),
            })}
          </li>
        )}
        {named.length > 0 && (
          <li data-testid="goes-along">
            {say('Who is told and what is reached: {value}', { value: named.join(', ') })}
          </li>
        )}
        {samples.map((text) => (
          <li key={text}>“{text}”</li>
        ))}
      </ul>
    </section>
  )
}

function LinkWords({ link }: { link: string }) {
  return (
    <p className="small quiet">
      {linkWords(link) ||
        say(
          'The picture and the link hold the whole flow. The link is never sent to a server: everything stands behind its #.',
        )}
    </p>
  )
}

function ForNodeRed({ id }: { id: string }) {
  return (
    <p className="small quiet">
      <a href={`/api/flows/${encodeURIComponent(id)}/export?form=node-red`} download data-testid="share-node-red">
        {say('Save for Node-RED')}
      </a>
    </p>
  )
}

function SaveButtons({
  id,
  wishes,
  shared,
  onFailure,
}: {
  id: string
  wishes: Wishes
  shared: Shared
  onFailure(words: string): void
}) {
  const [copied, setCopied] = useState<string | null>(null)
  const [isDrawing, setDrawing] = useState(false)
  const text = `${JSON.stringify(shared.document, null, 2)}\n`
  const name = exportName(shared.document.name)
  const copy = (what: string, words: string): void =>
    void navigator.clipboard
      .writeText(words)
      .then(() => setCopied(what))
      .catch(() => onFailure(say('This browser does not let the page copy. Save the file instead.')))
  const picture = (): void => {
    setDrawing(true)
    api
      .exportPicture(id, { nodes: wishes.nodes.join(','), answers: wishes.answers })
      .then((blob) => save(blob, name.replace(/json$/, 'png')))
      .catch((error: unknown) => onFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setDrawing(false))
  }
  return (
    <>
      <div className="share-ways">
        <Button
          onClick={() => save(new Blob([text], { type: 'application/json' }), name)}
          leftSection={<IconFileExport size={18} aria-hidden />}
          data-testid="share-file"
        >
          {say('Save file')}
        </Button>
        <Button
          variant="default"
          loading={isDrawing}
          onClick={picture}
          leftSection={<IconPhoto size={18} aria-hidden />}
          data-testid="share-picture"
        >
          {say('Save picture')}
        </Button>
        <Button
          variant="default"
          onClick={() => copy('link', shared.link)}
          leftSection={<IconLink size={18} aria-hidden />}
          data-testid="share-link"
          data-link={shared.link}
        >
          {copied === 'link' ? say('Link copied') : say('Copy link')}
        </Button>
        <Button
          variant="default"
          onClick={() => copy('text', text)}
          leftSection={<IconClipboard size={18} aria-hidden />}
          data-testid="share-text"
        >
          {copied === 'text' ? say('Text copied') : say('Copy as text')}
        </Button>
      </div>
      <LinkWords link={shared.link} />
    </>
  )
}

function Giving({ id, selected }: { id: string; selected: readonly string[] }) {
  const [isPart, setPart] = useState(false)
  const [answers, setAnswers] = useState(false)
  const types = useSignIn(({ types }) => types)
  const wishes: Wishes = { nodes: isPart ? selected : [], answers }
  const { shared, failure, setFailure } = useShared(id, wishes)
  return (
    <div className="share-panel" data-testid="give-away">
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {!shared && !failure && (
        <div className="skeleton" style={{ height: 160 }} role="status" aria-label={say('Reading')} />
      )}
      {shared && (
        <>
          <FlowDrawing flow={shared.document} types={types} />
          <RemovedNotice removed={shared.removed} />
          <Limits />
          <GoesAlong flow={shared.document} />
          {selected.length > 0 && (
            <Switch
              label={say('Only the {things}', { things: count(selected.length, 'chosen card') })}
              checked={isPart}
              onChange={(event) => setPart(event.currentTarget.checked)}
              data-testid="share-part"
            />
          )}
          <Switch
            label={say('With what it said last')}
            description={say('Up to five sentences, as examples. They may tell of your home: read them above first.')}
            checked={answers}
            onChange={(event) => setAnswers(event.currentTarget.checked)}
            data-testid="share-answers"
          />
          <SaveButtons id={id} wishes={wishes} shared={shared} onFailure={setFailure} />
          <ForNodeRed id={id} />
        </>
      )}
    </div>
  )
}

/** The panel; closed while nothing is given away. */
export function GiveAway() {
  const giving = useSharing((state) => state.giving)
  const name = useFlowList()?.find((flow) => flow.id === giving?.id)?.name
  return (
    <Drawer
      opened={giving !== null}
      onClose={endSharing}
      position="right"
      size={560}
      title={<h2>{say('Share {value}', { value: name === undefined ? say('this flow') : `“${name}”` })}</h2>}
      closeButtonProps={{ 'aria-label': say('Close') }}
    >
      {giving && <Giving key={giving.id} id={giving.id} selected={giving.nodes} />}
    </Drawer>
  )
}
