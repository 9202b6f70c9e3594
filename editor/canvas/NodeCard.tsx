// One card draws every node type: icon and title, what it is set to do, its live area, its state with the one number that matters.
import { IconAlertTriangle, IconCircleDashed, IconCircleX, IconPin } from '@tabler/icons-react'
import { memo, useEffect } from 'react'
import { does } from '../../nodes/contract/traits.ts'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { NamedIcon } from '../icons.tsx'
import type { Problem, NodeType } from '../views.ts'
import { ago, count, tokensSaved, type Parcel } from '../words.ts'
import { useNow } from '../now.ts'
import { ArmSwitch } from '../panels/ArmSwitch.tsx'
import { ProblemButton } from '../panels/ProblemButton.tsx'
import { isPlumbing } from '../graph/room.ts'
import { problemTone, type ProblemTone } from '../graph/todo.ts'
import { renameNode } from '../graph/edit.ts'
import { rename } from '../commands/rename.ts'
import { useDiffOf } from '../versions.ts'
import { useLive } from '../live.ts'
import { changeFlow, useFlow } from '../store.ts'
import { CameraLive } from './CameraLive.tsx'
import { CodecLive, isCodec } from './CodecLive.tsx'
import { DebugLive, passedIn } from './DebugLive.tsx'
import { DeliveryLive, parcelOf } from './DeliveryLive.tsx'
import { ModelLive, modelNumber } from './ModelLive.tsx'
import { Ports, portsHeight } from './Ports.tsx'
import { StateMark } from './StateMark.tsx'
import { StreamChooser } from './StreamChooser.tsx'
import { useTools } from './tools.ts'
import { useCardView, type CardView } from './card-view.ts'
import type { CardProps } from './xyflow.ts'
import { say } from '../words/say.ts'
import { CloseButton } from '@mantine/core'
import { TriedWords } from '../panels/Samples.tsx'
import { forgetTry, useTryOf } from '../tries.ts'
import { bringIn } from './view.ts'

const problemIcons = { bad: IconCircleX, warn: IconAlertTriangle, todo: IconCircleDashed }

/** A problem as it is shown: what is only still to do stays grey. */
export interface TonedProblem {
  problem: Problem
  tone: ProblemTone
}

function CardProblems({ problems, config }: { problems: readonly TonedProblem[]; config: Record<string, unknown> }) {
  return problems.slice(0, 2).map(({ problem, tone }) => {
    const Found = problemIcons[tone]
    return (
      <p
        key={`${problem.code}${problem.field}${problem.port}`}
        className="card-problem"
        data-tone={tone}
        data-testid="node-problem"
      >
        <Found size={15} aria-hidden />
        <span>
          {tone === 'todo' && say('To do: ')}
          {problem.message}
        </span>
        <ProblemButton problem={problem} config={config} />
      </p>
    )
  })
}

/** Worst first. */
function useToned({ problems, node }: CardView): TonedProblem[] {
  const insisted = useFlow((open) => open.insisted)
  const order: readonly ProblemTone[] = ['bad', 'warn', 'todo']
  return problems
    .map((problem) => ({ problem, tone: problemTone(problem, node, insisted) }))
    .sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
}

function ArmOfCard({ view }: { view: CardView }) {
  const flowId = useFlow((open) => open.id) ?? ''
  return <ArmSwitch flowId={flowId} node={view.node.id} status={view.status} />
}

/** What is live on a card; the inspector shows the same. */
export function Live({ view }: { view: CardView }) {
  if (!view.stream) return null
  if (view.area === 'camera') return <CameraLive view={view} />
  if (view.area === 'codec' && isCodec(view.status)) return <CodecLive view={view} />
  if (view.area === 'model') return <ModelLive view={view} />
  if (view.area === 'action')
    return <DeliveryLive deliveries={view.deliveries} parcel={parcelOf(view.type)} receiver={view.receiver} />
  if (does(view.type, 'arm'))
    return (
      <div className="live">
        <ArmOfCard view={view} />
      </div>
    )
  if (passedIn(view)) return <DebugLive view={view} />
  return view.status ? (
    <div className="live">
      <p className="live-words">{view.status.text}</p>
    </div>
  ) : null
}

function LastPicture({ at }: { at: string | null }) {
  const now = useNow()
  return (
    <span className="nums quiet">{at ? say('picture {when}', { when: ago(at, now) }) : say('no picture yet')}</span>
  )
}

/** "3 delivered", "1 answered". */
function arrived(n: number, parcel: Parcel): string {
  const word = { message: 'delivered', question: 'answered', speech: 'spoken' }[parcel]
  return count(n, word, word)
}

function CardNumber({ view }: { view: CardView }) {
  if (!view.stream) return null
  if (view.area === 'camera') return <LastPicture at={view.stream.lastFrameAt} />
  const delivered = view.deliveries.filter((delivery) => delivery.state === 'delivered').length
  const words = {
    codec: isCodec(view.status) ? tokensSaved(view.stream.visualTokens) : null,
    model: modelNumber(view),
    action: delivered > 0 ? arrived(delivered, parcelOf(view.type)) : null,
    words: null,
  }[view.area]
  return words === null ? null : (
    <span
      className="nums quiet"
      title={view.area === 'codec' ? say('Tokens, against sending every picture whole') : undefined}
    >
      {words}
    </span>
  )
}

/** How it stands, where it is not simply well, and the number that matters. */
function CardFoot({ view }: { view: CardView }) {
  const isKnown = useLive((live) => live.unknownSince === null)
  const { state } = view
  if (!state) return null
  const number = <CardNumber view={view} />
  if (state === 'running' && isKnown) return <div className="card-foot card-well">{number}</div>
  return (
    <div className="card-foot">
      <Stands view={view} />
      {state !== 'waiting' && number}
    </div>
  )
}

/** "Waits for Kitchen", "In trouble": the same on the card and beside it. */
export function Stands({ view: { state, waitsFor } }: { view: CardView }) {
  if (!state) return null
  return (
    <StateMark state={state} {...(waitsFor === null ? {} : { word: say('Waits for “{what}”', { what: waitsFor }) })} />
  )
}

function CardTitle({ node, title }: { node: FlowNode; title: string }) {
  const isRenaming = useTools((tools) => tools.renaming === node.id)
  const end = (): void => useTools.setState({ renaming: null })
  if (!isRenaming)
    return (
      <span
        className="card-title clip-text"
        title={title}
        onDoubleClick={() => rename.isEnabled() && useTools.setState({ renaming: node.id })}
      >
        {title}
      </span>
    )
  return (
    <input
      className="card-rename nodrag nopan nokey"
      aria-label={say('Name of the card')}
      data-testid="card-rename"
      defaultValue={node.name ?? ''}
      placeholder={title}
      maxLength={120}
      ref={(field) => field?.select()}
      autoFocus
      onBlur={(event) => {
        const name = event.currentTarget.value.trim()
        if (useTools.getState().renaming === node.id && name !== (node.name ?? ''))
          changeFlow((flow) => renameNode(flow, node.id, name))
        end()
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Escape') end()
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}

/** Nothing that a pill would hide: no trouble, no switch to press, no messages one came to read. */
const isCalm = (view: CardView): boolean =>
  (view.state === null || view.state === 'running' || view.state === 'stopped') &&
  !does(view.type, 'arm') &&
  !passedIn(view)

/** A card from its view alone: the canvas and the card sheet draw the same. */
export function CardFace({ view, isSelected }: { view: CardView; isSelected: boolean }) {
  const { node, type, ports, problems, state } = view
  const most = Math.max(Object.keys(ports.in).length, Object.keys(ports.out).length)
  const toned = useToned(view)
  const diff = useDiffOf(node.id)
  const worst = toned[0]?.tone
  const isPill = !isSelected && worst === undefined && isPlumbing(type) && isCalm(view)
  return (
    <div
      className="card"
      data-group={type?.group ?? 'unknown'}
      data-selected={isSelected || undefined}
      data-tone={worst}
      data-state={state ?? 'none'}
      data-off={view.isOff || undefined}
      data-diff={diff}
      data-title={view.title}
      data-testid={`node-${node.id}`}
      data-node-id={node.id}
      data-node-type={node.type}
      data-pill={isPill || undefined}
      style={{ minHeight: portsHeight(most), width: view.width }}
    >
      <Ports node={node.id} ports={ports} />
      <div className="card-head">
        <span className="card-icon">
          <NamedIcon name={type?.icon ?? 'puzzle'} size={18} stroke={1.75} />
        </span>
        <CardTitle node={node} title={view.title} />
        {node.pinned === true && <IconPin size={15} className="card-pin" aria-label={say('Keeps its place')} />}
      </div>
      <p className={type ? 'card-line two-lines' : 'card-line'} title={view.line}>
        {view.line}
      </p>
      <CardProblems problems={toned} config={node.config} />
      {!isPill && view.streams.length > 1 && view.area !== 'camera' && (
        <StreamChooser streams={view.streams} chosen={view.stream?.id} />
      )}
      {!isPill && <Live view={view} />}
      <Tried node={node.id} type={type} />
      {view.isOff && (
        <div className="card-foot">
          <span className="quiet" data-testid="switched-off">
            {node.disabled === true ? say('Switched off') : say('Nothing comes: what it hangs on is switched off')}
          </span>
        </div>
      )}
      {view.isNew && !view.isOff && problems.length === 0 && (
        <div className="card-foot">
          <span className="quiet" data-testid="not-deployed">
            {say('Not deployed yet')}
          </span>
        </div>
      )}
      <CardFoot view={view} />
    </div>
  )
}

/** The card of a node of the open flow. */
export const NodeCard = memo(function NodeCard({ id, selected }: CardProps) {
  const view = useCardView(id)
  return view ? <CardFace view={view} isSelected={selected} /> : null
})

function Tried({ node, type }: { node: string; type: NodeType | undefined }) {
  const result = useTryOf(node)?.result
  useEffect(() => {
    if (result) bringIn(node)
  }, [result, node])
  if (!result) return null
  return (
    <div className="live card-tried" data-testid="card-tried">
      <div className="card-tried-head">
        <span className="small quiet">{say('Tried alone; nothing was sent')}</span>
        <CloseButton size="sm" className="nodrag" aria-label={say('Close')} onClick={forgetTry} />
      </div>
      <TriedWords result={result} type={type} />
    </div>
  )
}
