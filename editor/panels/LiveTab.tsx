// What a card is doing: its state, what it shows, what passed on its wires last, and what one can ask or tell it while it runs.
import type { ReactNode } from 'react'
import { does } from '../../nodes/contract/traits.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { useCardView } from '../canvas/card-view.ts'
import { Live, Stands } from '../canvas/NodeCard.tsx'
import { ShareCamera } from '../canvas/ShareCamera.tsx'
import { StreamChooser } from '../canvas/StreamChooser.tsx'
import { isRunning } from '../commands/stop.ts'
import { nameOf } from '../graph/check.ts'
import { wireId } from '../graph/edit.ts'
import { portsToTry } from '../graph/pins.ts'
import { streamIdOf } from '../graph/cameras-of-node.ts'
import { useLive } from '../live.ts'
import { usePasses } from '../passes.ts'
import { useSignIn } from '../sign-in.ts'
import { Ago } from './Ago.tsx'
import { AskBox } from './AskBox.tsx'
import { MemoryPanel } from './MemoryPanel.tsx'
import { KeepAsSample, Samples } from './Samples.tsx'
import { say } from '../words/say.ts'

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="inspector-section">
      <h3 className="group-title">{title}</h3>
      {children}
    </section>
  )
}

/** What came in and went out last, newest first. */
function LastPasses({ flow, node, flowId }: { flow: Flow; node: FlowNode; flowId: string }) {
  const types = useSignIn(({ types }) => types)
  const passes = usePasses((all) => all.byFlow[flowId])
  const nameOfNode = (id: string): string => {
    const found = flow.nodes.find((each) => each.id === id)
    return found ? nameOf(found, types) : id
  }
  const rows = flow.wires
    .filter(({ from, to }) => from.node === node.id || to.node === node.id)
    .flatMap((wire) => {
      const pass = passes?.[wireId(wire)]
      const words =
        wire.from.node === node.id
          ? say('to {nameOfNode}', { nameOfNode: nameOfNode(wire.to.node) })
          : say('from {nameOfNode}', { nameOfNode: nameOfNode(wire.from.node) })
      return pass ? [{ id: wireId(wire), words, pass, to: wire.to }] : []
    })
    .sort((a, b) => b.pass.at.localeCompare(a.pass.at))
  if (rows.length === 0) return <p className="quiet small">{say('No message has passed here yet.')}</p>
  return (
    <ul className="pass-list">
      {rows.map(({ id, words, pass, to }) => (
        <li key={id} data-testid="last-pass">
          <span className="small quiet">
            {words}, <Ago at={pass.at} />
          </span>
          <span className="pass-words">{pass.text}</span>
          <KeepAsSample key={pass.eventId} to={to} pass={pass} />
        </li>
      ))}
    </ul>
  )
}

/** Drawn while its tab is open. */
export function LiveTab({ flow, node, flowId }: { flow: Flow; node: FlowNode; flowId: string }) {
  const view = useCardView(node.id)
  const isLive = useLive((live) => live.status[flowId] !== undefined && isRunning(flowId))
  if (!view) return null
  const { type, state, stream, streams, status, area, isOff, isNew } = view
  const still = isOff
    ? say('It is switched off.')
    : isNew && isLive
      ? say('It is new: deploy, and it runs too.')
      : say('It does not run. Deploy the flow to see what it does.')
  return (
    <>
      {state ? (
        <div className="live-state">
          <Stands view={view} />
          {streams.length > 1 && <StreamChooser streams={streams} chosen={stream?.id} />}
        </div>
      ) : (
        <p className="quiet small">{still}</p>
      )}
      {isLive && node.config['kind'] === 'browser' && type?.role === 'source' && (
        <Part title={say('Your camera')}>
          <ShareCamera streamId={streamIdOf(flowId, node.id)} />
        </Part>
      )}
      {stream && (
        <div className="live-large">
          <Live view={view} />
        </div>
      )}
      {status && area !== 'words' && status.text !== '' && <p className="small">{status.text}</p>}
      <Part title={say('Last messages')}>
        <LastPasses flow={flow} node={node} flowId={flowId} />
      </Part>
      {portsToTry(type).length > 0 && (
        <Part title={say('Try it alone')}>
          <Samples flow={flow} node={node} />
        </Part>
      )}
      {area === 'model' && (
        <Part title={say('Ask it')}>
          <AskBox flowId={flowId} models={[node]} isRunning={isLive} />
        </Part>
      )}
      {does(type, 'remember') && (
        <Part title={say('What is remembered')}>
          <MemoryPanel
            flowId={flowId}
            node={node.id}
            nameOfSource={(id) => flow.nodes.find((each) => each.id === id)?.name ?? id}
          />
        </Part>
      )}
    </>
  )
}
