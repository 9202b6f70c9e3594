// The right panel: one node's name, problems, settings, wires and help; with nothing selected, the flow's own words.
import { ActionIcon, Button, TextInput, Textarea } from '@mantine/core'
import { IconTrash, IconX } from '@tabler/icons-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { does } from '../../nodes/contract/define.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { isRunning } from '../commands/stop.ts'
import { deleteSelected } from '../commands/delete.ts'
import { ShareCamera } from '../canvas/ShareCamera.tsx'
import { areaOf } from '../canvas/card-view.ts'
import { uncover } from '../canvas/view.ts'
import { ConfigForm } from '../form/ConfigForm.tsx'
import { renameNode, setConfig, setFlowText } from '../graph/edit.ts'
import { streamIdOf } from '../graph/reach.ts'
import { useLive } from '../live.ts'
import { useSession } from '../session.ts'
import { FlowTemplateSection } from '../templates/FlowTemplate.tsx'
import { changeFlow, useFlow } from '../store.ts'
import type { Problem } from '../views.ts'
import { count } from '../words.ts'
import { AskBox } from './AskBox.tsx'
import { Help } from './Help.tsx'
import { MemoryPanel } from './MemoryPanel.tsx'
import { NodeWires } from './NodeWires.tsx'
import { ProblemButton, isApproval } from './ProblemButton.tsx'
import { SendTest } from './SendTest.tsx'
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
  const type = useSession((session) => session.types.get(node.type))
  const problems = useFlow((open) => open.problems)
  const fields = Object.keys(type?.config.properties ?? {})
  return (
    <>
      {loose(problems, node, fields).map((problem) => (
        <div
          key={problem.code + problem.message}
          className="notice"
          data-tone={problem.severity === 'error' ? 'bad' : 'warn'}
        >
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
        <Section title={say('Settings')}>
          <ConfigForm
            key={node.id}
            schema={type.config}
            config={node.config}
            owner={{ flow: flowId, node: node.id }}
            problems={problems.filter((problem) => problem.node === node.id && !isApproval(problem))}
            onChange={(field, value) =>
              changeFlow((flow) => setConfig(flow, node.id, field, value), `config/${node.id}/${field}`)
            }
          />
        </Section>
      )}
      {!type && (
        <Section title={say('Settings, kept as they are')}>
          <pre className="raw small">{JSON.stringify(node.config, null, 2)}</pre>
        </Section>
      )}
    </>
  )
}

function NodePanel({ flow, node, flowId }: { flow: Flow; node: FlowNode; flowId: string }) {
  const type = useSession((session) => session.types.get(node.type))
  const isLive = useLive((live) => live.status[flowId] !== undefined && isRunning(flowId))
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
      {isLive && node.config['kind'] === 'browser' && type?.role === 'source' && (
        <Section title={say('Your camera')}>
          <ShareCamera streamId={streamIdOf(flowId, node.id)} />
        </Section>
      )}
      <NodeSettings node={node} flowId={flowId} />
      {areaOf(type) === 'model' && (
        <Section title={say('Ask it')}>
          <AskBox flowId={flowId} models={[node]} isRunning={isLive} />
        </Section>
      )}
      {does(type, 'remember') && (
        <Section title={say('What is remembered')}>
          <MemoryPanel
            flowId={flowId}
            node={node.id}
            nameOfSource={(id) => flow.nodes.find((each) => each.id === id)?.name ?? id}
          />
        </Section>
      )}
      {does(type, 'notify') && (
        <Section title={say('Does it arrive?')}>
          <SendTest key={node.id} node={node} flowId={flowId} />
        </Section>
      )}
      <Section title={say('Wires')}>
        <NodeWires flow={flow} node={node} />
      </Section>
      {type && (
        <Section title={say('About this card')}>
          <Help type={type} />
        </Section>
      )}
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

/** Docked over the right side of the canvas; `onClose` hides it. */
export function Inspector({ flow, flowId, onClose }: { flow: Flow; flowId: string; onClose(): void }) {
  const selection = useFlow((open) => open.selection)
  const chosen = flow.nodes.filter((node) => selection.nodes.includes(node.id))
  const [only] = chosen
  const type = useSession((session) => session.types.get(only?.type ?? ''))
  const many = chosen.length + selection.wires.length
  const title =
    chosen.length === 1 && only && selection.wires.length === 0
      ? (type?.title ?? only.type)
      : many === 0
        ? say('This flow')
        : count(many, 'thing selected', 'things selected')
  const onlyId = chosen.length === 1 ? only?.id : undefined
  useEffect(() => {
    if (onlyId === undefined) return
    // Not between the two clicks of a double-click.
    const timer = setTimeout(() => uncover(onlyId), 350)
    return () => clearTimeout(timer)
  }, [onlyId])
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
          <NodePanel flow={flow} node={only} flowId={flowId} />
        ) : many === 0 ? (
          <FlowPanel flow={flow} flowId={flowId} />
        ) : (
          <p className="quiet small">{say('Copy, duplicate, move or delete them together.')}</p>
        )}
      </div>
    </aside>
  )
}
