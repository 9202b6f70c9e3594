// Beside the canvas: what a flow from somebody else needs before it can run, in sentences, each with what settles it.
import { ActionIcon, Button, NativeSelect } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { commandMark } from '../../nodes/contract/connections.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { fitView, showCard } from '../canvas/view.ts'
import { nameOf } from '../graph/check.ts'
import {
  cameraWords,
  cardsNaming,
  kindsWords,
  openNeeds,
  shortName,
  waitingWords,
  waitsForSomebody,
} from '../graph/needs.ts'
import { allowHosts, lookedAt, readNeeds, showNeeds, useNeeds } from '../needs.ts'
import { useSignIn } from '../sign-in.ts'
import { checkFlow, inspect, select } from '../store.ts'
import type { Requires } from '../views.ts'
import { count } from '../words.ts'
import { ConnectionForm } from './ConnectionForm.tsx'
import { canStay, StayButton } from './ProblemButton.tsx'
import { useKindView } from './connection-kinds.ts'
import { list, say } from '../words/say.ts'
import { useConnections } from '../queries.ts'

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="inspector-section">
      <h3 className="group-title">{title}</h3>
      <ul className="need-list">{children}</ul>
    </section>
  )
}

/** Whoever goes by keyboard goes on in the page, not from its beginning. */
function close(): void {
  showNeeds(false)
  document.getElementById('main')?.focus({ preventScroll: true })
}

function goToCard(node: string, isPhone: boolean): void {
  close()
  select({ nodes: [node] })
  if (!isPhone) inspect(true)
  // Once the panel is gone and the canvas knows its own size again.
  setTimeout(() => showCard(node), 100)
}

function Hosts({ flow, waiting }: { flow: Flow; waiting: readonly string[] }) {
  const types = useSignIn(({ types }) => types)
  const [busy, setBusy] = useState<string | null>(null)
  if (waiting.length === 0) return null
  const allow = (hosts: readonly string[], which: string): void => {
    setBusy(which)
    void allowHosts(hosts).finally(() => setBusy(null))
  }
  return (
    <Section
      title={
        waiting.some((each) => each.startsWith(commandMark))
          ? say('What it wants to do')
          : say('Where it wants to send')
      }
    >
      {waiting.map((each) => (
        <li key={each} className="need" data-testid="need-host">
          <p>
            {waitingWords(each)}{' '}
            <span className="quiet small">{cardsNaming(flow, each, (node) => nameOf(node, types)).join(', ')}</span>
          </p>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy === each}
            onClick={() => allow([each], each)}
            aria-label={say('Allow {each}', { each: shortName(each) })}
            data-testid="need-allow"
          >
            {say('Allow')}
          </Button>
        </li>
      ))}
      {waiting.length > 1 && (
        <li>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy === ''}
            onClick={() => allow(waiting, '')}
            data-testid="need-allow-all"
          >
            {say('Allow all {count}', { count: waiting.length })}
          </Button>
        </li>
      )}
      <li className="quiet small">
        {say('Whatever you do not know, leave out: change it in its card, or remove the card.')}
      </li>
    </Section>
  )
}

function MissingConnection({ flowId, missing }: { flowId: string; missing: Requires['connections'][number] }) {
  const connections = useConnections()
  const [isOpen, setOpen] = useState(false)
  const kindView = useKindView()
  const [kind, setKind] = useState(missing.kinds[0])
  const done = (): void => {
    setOpen(false)
    void Promise.all([readNeeds(flowId), checkFlow()])
  }
  return (
    <li className="need" data-testid="need-connection">
      <p>
        {say('It uses a connection called “{name}”, which is not here: {kindsWords}.', {
          name: missing.name,
          kindsWords: kindsWords(missing.kinds, (each) => kindView(each).title),
        })}
      </p>
      {kind && (
        <Button
          size="compact-sm"
          variant="default"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          aria-label={say('{value}: the connection {name}', {
            value: isOpen ? say('Not now') : say('Add it'),
            name: missing.name,
          })}
          data-testid="need-add-connection"
        >
          {isOpen ? say('Not now') : say('Add it')}
        </Button>
      )}
      {isOpen && kind && (
        <div className="need-more stack">
          {missing.kinds.length > 1 && (
            <NativeSelect
              label={say('Kind')}
              value={kind}
              onChange={(event) => setKind(missing.kinds.find((each) => each === event.currentTarget.value))}
              data={missing.kinds.map((each) => ({ value: each, label: kindView(each).title }))}
              data-testid="need-kind"
            />
          )}
          <ConnectionForm
            key={kind}
            view={kindView(kind)}
            existing={undefined}
            startName={missing.name}
            taken={connections.map(({ name }) => name)}
            onDone={done}
          />
        </div>
      )}
    </li>
  )
}

/** What was drawn in Node-RED and only Node-RED can do; and what nobody here knows. */
function UnknownCards({ flow, types, isPhone }: { flow: Flow; types: Requires['nodes']; isPhone: boolean }) {
  const cardsOf = (type: string) => flow.nodes.filter((node) => node.type === type)
  const staying = types.filter((type) => cardsOf(type).every(({ config }) => canStay(config)))
  const unknown = types.filter((type) => !staying.includes(type))
  const parts = staying.flatMap(cardsOf)
  return (
    <>
      {parts.length > 0 && (
        <Section title={say('What only Node-RED can do')}>
          <li className="stack-tight" data-testid="need-stay">
            <p>
              {say(
                'Heed cannot run {cards}. In the Node-RED inside Heed they can go on, joined to this flow where they were.',
                { cards: list(parts.slice(0, 12).map(({ name, type }) => `“${name ?? type}”`)) },
              )}
              {parts.length > 12 && ` ${say('There are {count} of them.', { count: parts.length })}`}
            </p>
            <StayButton />
          </li>
        </Section>
      )}
      {unknown.length > 0 && (
        <Section title={say('Cards that are not known here')}>
          {unknown.map((type) => (
            <li key={type} className="need" data-testid="need-node">
              <p>
                {say(
                  'This Heed does not know “{type}”. Install its package, or remove the card; its settings are kept meanwhile.',
                  { type },
                )}
              </p>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => goToCard(cardsOf(type)[0]?.id ?? '', isPhone)}
                aria-label={say('Show {type}', { type })}
              >
                {say('Show')}
              </Button>
            </li>
          ))}
        </Section>
      )}
    </>
  )
}

function Cards({
  flow,
  requires,
  looks,
  isPhone,
}: {
  flow: Flow
  requires: Requires
  looks: Requires['cameras']
  isPhone: boolean
}) {
  const cameras = [
    ...requires.cameras,
    ...looks.filter(
      ({ node }) => !requires.cameras.some((each) => each.node === node) && flow.nodes.some(({ id }) => id === node),
    ),
  ]
  return (
    <>
      {cameras.length > 0 && (
        <Section title={say('Cameras')}>
          {cameras.map((camera) => (
            <li key={camera.node} className="need" data-testid="need-camera">
              <p>{cameraWords(camera)}</p>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => {
                  lookedAt(camera.node)
                  goToCard(camera.node, isPhone)
                }}
                aria-label={`${isPhone ? say('Show') : say('Set up')} ${camera.name}`}
                data-testid="need-set-up"
              >
                {isPhone ? say('Show') : say('Set up')}
              </Button>
            </li>
          ))}
        </Section>
      )}
      <UnknownCards flow={flow} types={requires.nodes} isPhone={isPhone} />
      {requires.commands.length > 0 && (
        <Section title={say('Programs on this machine')}>
          {requires.commands.map((command) => (
            <li key={command} data-testid="need-command">
              <p>{say('Its agent runs “{command}” here, as the connection says.', { command })}</p>
            </li>
          ))}
        </Section>
      )}
    </>
  )
}

/** Docked where the inspector is otherwise. */
export function NeedsPanel({ flow, flowId, isPhone }: { flow: Flow; flowId: string; isPhone: boolean }) {
  const { needs, looks, isImported, failure } = useNeeds()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    panel.current?.focus({ preventScroll: true })
    // Beside the panel, not behind it; a canvas that has just opened is still measuring its cards.
    const timer = setTimeout(fitView, 250)
    return () => {
      clearTimeout(timer)
      // On a phone it has covered the whole canvas.
      if (isPhone) requestAnimationFrame(fitView)
    }
  }, [isPhone])
  if (!needs) return null
  const { requires, unapprovedHosts } = needs
  const open = openNeeds(
    needs,
    looks.map(({ node }) => node),
  )
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      className="inspector needs"
      aria-label={say('What this flow needs')}
      data-testid="needs-panel"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
    >
      <div className="inspector-head">
        <h2>{isImported ? say('This flow came from somebody else') : say('What this flow needs')}</h2>
        <ActionIcon variant="subtle" size="lg" aria-label={say('Close')} onClick={close} data-testid="needs-close">
          <IconX size={18} />
        </ActionIcon>
      </div>
      <div className="inspector-body">
        {failure && (
          <div className="notice" data-tone="bad" role="alert">
            {failure}
          </div>
        )}
        <p role="status" data-testid="needs-summary">
          {open === 0
            ? say('Everything it needs is here. Read what it does, then deploy it when you like.')
            : say('It waits for {things} of yours before it can run.', { things: count(open, 'decision') })}
        </p>
        <Hosts flow={flow} waiting={unapprovedHosts} />
        {requires.connections.length > 0 && (
          <Section title={say('Connections')}>
            {requires.connections.map((missing) => (
              <MissingConnection key={missing.name} flowId={flowId} missing={missing} />
            ))}
          </Section>
        )}
        <Cards flow={flow} requires={requires} looks={[...looks]} isPhone={isPhone} />
        {open === 0 && (
          <Button onClick={close} data-testid="needs-done">
            {say('Done')}
          </Button>
        )}
      </div>
    </aside>
  )
}

/** Over the canvas, for as long as something is open and the panel is not. */
export function NeedsNotice() {
  const { needs, looks, isImported, isOpen } = useNeeds()
  if (!needs || isOpen || !(isImported || waitsForSomebody(needs))) return null
  const open = openNeeds(
    needs,
    looks.map(({ node }) => node),
  )
  if (open === 0) return null
  return (
    <div className="notice page-notice" data-tone="warn" role="status" data-testid="needs-notice">
      <span style={{ flex: 1 }}>
        {say('{value} waits for {things} of yours before it can run.', {
          value: isImported ? say('This flow came from somebody else. It') : say('This flow'),
          things: count(open, 'decision'),
        })}
      </span>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => {
          inspect(false)
          showNeeds(true)
        }}
        data-testid="needs-show"
      >
        {say('Show what it needs')}
      </Button>
    </div>
  )
}
