// Named servers and accounts: a list, and a side panel to add, change and test one.
import { ActionIcon, Menu, Button } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import { NamedIcon } from '../icons.tsx'
import { useSignIn } from '../sign-in.ts'
import type { ConnectionView } from '../views.ts'
import { count } from '../words.ts'
import '../needs.css'
import { ApprovedHosts } from './ApprovedHosts.tsx'
import { ConnectionForm } from './ConnectionForm.tsx'
import { useKindView } from './connection-kinds.ts'
import { Page } from './Page.tsx'
import { say } from '../words/say.ts'
import { connectionsQuery, useFlowList, useRead } from '../queries.ts'

type Open = { kind: ConnectionKind; name: string | null } | null

function usedWords({ usedBy }: ConnectionView, names: ReadonlyMap<string, string>): string {
  const flows = [...new Set(usedBy.map((use) => use.flow))]
  if (flows.length === 0) return say('Not used by any flow')
  return say('Used by {value}', {
    value: flows.length <= 3 ? flows.map((id) => names.get(id) ?? id).join(', ') : count(flows.length, 'flow'),
  })
}

function AddMenu({ onChoose }: { onChoose(kind: ConnectionKind): void }) {
  const kinds = useSignIn(({ kinds }) => kinds)
  return (
    <Menu position="bottom-end" width={320} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button leftSection={<IconPlus size={18} aria-hidden />} data-testid="connection-add">
          {say('Add a connection')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[...kinds.values()]
          .filter((view) => !view.isBuiltIn && !view.isUnlisted)
          .map((view) => (
            <Menu.Item
              key={view.kind}
              onClick={() => onChoose(view.kind)}
              leftSection={<NamedIcon name={view.icon} size={20} />}
              data-testid={`connection-kind-${view.kind}`}
            >
              <strong>{view.title}</strong>
              <br />
              <span className="small quiet">
                {view.text}
                {view.origin ? say(' From the package {package}.', { package: view.origin.package }) : ''}
              </span>
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function SidePanel({
  open,
  connections,
  onOpen,
}: {
  open: NonNullable<Open>
  connections: readonly ConnectionView[]
  onOpen(next: Open): void
}) {
  const view = useKindView()(open.kind)
  const existing = connections.find((connection) => connection.name === open.name)
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // After the menu has given the keyboard back to its button: whoever opened the panel goes on in it.
    const timer = setTimeout(() => panel.current?.focus({ preventScroll: true }), 50)
    return () => clearTimeout(timer)
  }, [open.kind, open.name])
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      className="side-panel surface"
      aria-label={
        existing
          ? say('Connection {name}', { name: existing.name })
          : say('New connection: {title}', { title: view.title })
      }
      data-testid="connection-panel"
    >
      <div className="inspector-head">
        <h2 className="clip-text">{existing?.name ?? say('New: {title}', { title: view.title })}</h2>
        <ActionIcon variant="subtle" size="lg" aria-label={say('Close')} onClick={() => onOpen(null)}>
          <IconX size={18} />
        </ActionIcon>
      </div>
      <div className="stack side-panel-body">
        <p className="quiet small">
          {view.text}
          {view.origin
            ? say(' From the package {package} {version}.', {
                package: view.origin.package,
                version: view.origin.version,
              })
            : ''}
        </p>
        <ConnectionForm
          key={`${open.kind}/${open.name ?? ''}`}
          view={view}
          existing={existing}
          taken={connections.map(({ name }) => name)}
          onDone={(name) => onOpen(name === null ? null : { kind: open.kind, name })}
        />
      </div>
    </aside>
  )
}

/** The page. */
export function Connections() {
  const connections = useRead({ ...connectionsQuery, refetchOnMount: 'always' }).data ?? []
  const flows = useFlowList()
  const viewOf = useKindView()
  const [open, setOpen] = useState<Open>(null)
  const names = new Map((flows ?? []).map((flow) => [flow.id, flow.name]))
  return (
    <Page title={say('Connections')} isWide aside={<AddMenu onChoose={(kind) => setOpen({ kind, name: null })} />}>
      <p className="quiet lead">
        {say('Servers and accounts that flows use by name. A secret goes in here and never comes out again.')}
      </p>
      <div className="with-side" data-open={open !== null || undefined}>
        <ul className="connection-list surface">
          {connections.map((connection) => (
            <li key={connection.name}>
              <button
                type="button"
                className="connection-row"
                aria-expanded={open?.name === connection.name}
                onClick={() => setOpen({ kind: connection.kind, name: connection.name })}
                data-testid={`connection-${connection.name}`}
              >
                <NamedIcon name={viewOf(connection.kind).icon} size={22} stroke={1.5} />
                <span className="connection-words">
                  <strong>{connection.name}</strong>
                  <span className="small quiet">
                    {viewOf(connection.kind).title}
                    {typeof connection.config['url'] === 'string' ? `, ${connection.config['url']}` : ''}
                  </span>
                </span>
                <span className="small quiet connection-used">{usedWords(connection, names)}</span>
              </button>
            </li>
          ))}
        </ul>
        {open && <SidePanel open={open} connections={connections} onOpen={setOpen} />}
      </div>
      <ApprovedHosts />
    </Page>
  )
}
