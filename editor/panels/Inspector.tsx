// The right panel: one node's name, problems, settings, wires and help; with nothing selected, the flow's own words.
import { ActionIcon, Button, Tabs, TextInput, Textarea } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { does } from '../../nodes/contract/traits.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { deleteSelected } from '../commands/delete.ts'
import { useTools, type InspectorTab } from '../canvas/tools.ts'
import { ConfigForm } from '../form/ConfigForm.tsx'
import { renameNode, setConfig, setFlowText, wireId } from '../graph/edit.ts'
import { problemTone, type ProblemTone } from '../graph/todo.ts'
import { useSignIn } from '../sign-in.ts'
import { FlowTemplateSection } from '../templates/FlowTemplate.tsx'
import { changeFlow, useFlow } from '../store.ts'
import type { Problem, NodeType } from '../views.ts'
import { count } from '../words.ts'
import { AddConnectionHere } from '../form/widgets/widget.ts'
import { AddConnection } from './AddConnection.tsx'
import { LiveTab } from './LiveTab.tsx'
import { NodeWires } from './NodeWires.tsx'
import { ProblemButton, isApproval } from './ProblemButton.tsx'
import { SendTest } from './SendTest.tsx'
import { WirePanel } from './WirePanel.tsx'
import { say } from '../words/say.ts'

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="inspector-section">
      <h3 className="group-title">{title}</h3>
      {children}
    </section>
  )
}

/** Problems that neither a field of the form nor a button shows. */
function loose(problems: readonly Problem[], node: FlowNode, fields: readonly string[]): Problem[] {
  return problems.filter(
    (problem) =>
      problem.node === node.id && !isApproval(problem) && !fields.includes(problem.field?.split('.')[0] ?? ''),
  )
}

function NodeSettings({ node, flowId }: { node: FlowNode; flowId: string }) {
  const type = useSignIn(({ types }) => types.get(node.type))
  const problems = useFlow((open) => open.problems)
  const insisted = useFlow((open) => open.insisted)
  const fields = Object.keys(type?.config.properties ?? {})
  const toneOf = (problem: Problem): ProblemTone => problemTone(problem, node, insisted)
  return (
    <>
      {loose(problems, node, fields).map((problem) => (
        <div key={problem.code + problem.message} className="notice" data-tone={toneOf(problem)}>
          {toneOf(problem) === 'todo' && say('To do: ')}
          {problem.message}
        </div>
      ))}
      {problems
        .filter((problem) => problem.node === node.id && isApproval(problem))
        .map((problem) => (
          <div key={`${problem.code}${problem.field}`} className="notice need" data-tone="bad">
            <p>{problem.message}</p>
            <ProblemButton problem={problem} config={node.config} />
          </div>
        ))}
      {type && fields.length > 0 && (
        <ConfigForm
          key={node.id}
          schema={type.config}
          config={node.config}
          owner={{ flow: flowId, node: node.id }}
          problems={problems.filter(
            (problem) => problem.node === node.id && !isApproval(problem) && toneOf(problem) !== 'todo',
          )}
          onChange={(field, value) =>
            changeFlow((flow) => setConfig(flow, node.id, field, value), `config/${node.id}/${field}`)
          }
        />
      )}
      {!type && (
        <Section title={say('Settings, kept as they are')}>
          <pre className="raw small">{JSON.stringify(node.config, null, 2)}</pre>
        </Section>
      )}
    </>
  )
}

function SettingsTab({ node, flowId }: { node: FlowNode; flowId: string }) {
  const type = useSignIn(({ types }) => types.get(node.type))
  return (
    <>
      <NodeSettings node={node} flowId={flowId} />
      {does(type, 'notify') && (
        <Section title={say('Does it arrive?')}>
          <SendTest key={node.id} node={node} flowId={flowId} />
        </Section>
      )}
    </>
  )
}

const tabs: readonly { tab: InspectorTab; label: string }[] = [
  { tab: 'settings', label: say('Settings') },
  { tab: 'live', label: say('Live') },
  { tab: 'wires', label: say('Wires') },
  { tab: 'help', label: say('Help') },
]

function NodePanel({ flow, node, flowId }: { flow: Flow; node: FlowNode; flowId: string }) {
  const type = useSignIn(({ types }) => types.get(node.type))
  const tab = useTools((tools) => tools.tab)
  return (
    <>
      <TextInput
        label={say('Name')}
        placeholder={type?.title ?? node.type}
        value={node.name ?? ''}
        maxLength={120}
        data-testid="node-name"
        onChange={(event) => {
          const name = event.currentTarget.value
          changeFlow((current) => renameNode(current, node.id, name), `name/${node.id}`)
        }}
      />
      <Tabs
        value={tab}
        onChange={(next) => useTools.setState({ tab: next as InspectorTab })}
        keepMounted={false}
        className="inspector-tabs"
      >
        <Tabs.List grow>
          {tabs.map((each) => (
            <Tabs.Tab key={each.tab} value={each.tab} data-testid={`inspector-${each.tab}`}>
              {each.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="settings">
          <SettingsTab node={node} flowId={flowId} />
        </Tabs.Panel>
        <Tabs.Panel value="live">
          <LiveTab flow={flow} node={node} flowId={flowId} />
        </Tabs.Panel>
        <Tabs.Panel value="wires">
          <NodeWires flow={flow} node={node} />
        </Tabs.Panel>
        <Tabs.Panel value="help">
          {type ? (
            <Help type={type} />
          ) : (
            <p className="quiet small">{say('This Heed does not know "{type}".', { type: node.type })}</p>
          )}
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

function FlowPanel({ flow, flowId }: { flow: Flow; flowId: string }) {
  const problems = useFlow((open) => open.problems).filter((problem) => problem.node === null)
  return (
    <>
      {problems.map((problem) => (
        <div
          key={problem.code + problem.message}
          className="notice"
          data-tone={problem.severity === 'error' ? 'bad' : 'warn'}
        >
          {problem.message}
        </div>
      ))}
      <Textarea
        label={say('What this flow is for')}
        autosize
        minRows={3}
        value={flow.description ?? ''}
        onChange={(event) => {
          const text = event.currentTarget.value
          changeFlow((current) => setFlowText(current, 'description', text), 'description')
        }}
      />
      <p className="quiet small">
        {say('{cards}, {wires}. Click a card to change it.', {
          cards: count(flow.nodes.length, 'card'),
          wires: count(flow.wires.length, 'wire'),
        })}
      </p>
      <FlowTemplateSection flow={flow} flowId={flowId} />
    </>
  )
}

/** Beside the canvas, with room of its own; `onClose` hides it. */
export function Inspector({ flow, flowId, onClose }: { flow: Flow; flowId: string; onClose(): void }) {
  const selection = useFlow((open) => open.selection)
  const chosen = flow.nodes.filter((node) => selection.nodes.includes(node.id))
  const [only] = chosen
  const type = useSignIn(({ types }) => types.get(only?.type ?? ''))
  const many = chosen.length + selection.wires.length
  const title =
    chosen.length === 1 && only && selection.wires.length === 0
      ? (type?.title ?? only.type)
      : many === 0
        ? say('This flow')
        : count(many, 'thing selected', 'things selected')
  const onlyId = chosen.length === 1 ? only?.id : undefined
  const onlyWire = many === 1 ? flow.wires.find((wire) => wireId(wire) === selection.wires[0]) : undefined
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // A field that was just taken away takes the focus with it: Escape closes from nowhere too.
    const onKey = (event: KeyboardEvent): void => {
      const isHere = event.target === document.body || panel.current?.contains(event.target as Node) === true
      if (event.key !== 'Escape' || event.defaultPrevented || !isHere) return
      onClose()
      // Back to the card that was opened.
      if (onlyId !== undefined)
        document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(onlyId)}"]`)?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [onClose, onlyId])
  return (
    <aside ref={panel} className="inspector" aria-label={say('Inspector')} data-testid="inspector">
      <div className="inspector-head">
        <h2 className="clip-text">{title}</h2>
        {many > 0 && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => void deleteSelected.run()}
            leftSection={<IconTrash size={16} aria-hidden />}
          >
            {say('Delete')}
          </Button>
        )}
        <ActionIcon variant="subtle" size="lg" aria-label={say('Close the inspector')} onClick={onClose}>
          <IconX size={18} />
        </ActionIcon>
      </div>
      <div className="inspector-body">
        {chosen.length === 1 && only ? (
          <AddConnectionHere value={AddConnection}>
            <NodePanel flow={flow} node={only} flowId={flowId} />
          </AddConnectionHere>
        ) : onlyWire ? (
          <WirePanel flow={flow} flowId={flowId} wire={onlyWire} />
        ) : many === 0 ? (
          <FlowPanel flow={flow} flowId={flowId} />
        ) : (
          <p className="quiet small">{say('Copy, duplicate, move or delete them together.')}</p>
        )}
      </div>
    </aside>
  )
}

/** Text as the definition wrote it, a line a paragraph. */
function Help({ type }: { type: NodeType }) {
  const ports = (['in', 'out'] as const).flatMap((side) =>
    Object.entries(type.ports[side])
      .filter(([, port]) => port.help !== '')
      .map(([name, port]) => ({ key: `${side}-${name}`, side, ...port })),
  )
  return (
    <div className="help small">
      {type.help.split('\n').map((line) => (
        <p key={line}>{line}</p>
      ))}
      {ports.length > 0 && (
        <dl>
          {ports.map((port) => (
            <div key={port.key}>
              <dt>
                {port.label} ({port.side})
              </dt>
              <dd>{port.help}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className="quiet">
        {say('{type}, version {version}{value}', {
          type: type.type,
          version: type.version,
          value: type.origin
            ? say(', from the package {package} {version}', {
                package: type.origin.package,
                version: type.origin.version,
              })
            : '',
        })}
      </p>
    </div>
  )
}
