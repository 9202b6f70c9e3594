// One flow for looking at, on a wall or in a hand: a large picture, what was said last, a question, the switches. Changes no flow.
import { NativeSelect } from '@mantine/core'
import { useEffect, useState } from 'react'
import { does, type Trait } from '../../nodes/contract/define.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { areaOf } from '../graph/room.ts'
import { hasPicture } from '../canvas/CameraLive.tsx'
import { StateMark } from '../canvas/StateMark.tsx'
import { StreamPicture } from '../canvas/StreamPicture.tsx'
import { api } from '../api.ts'
import { nameOf } from '../graph/check.ts'
import { readFlow, readStatus, useLive } from '../live.ts'
import { Ago } from '../panels/Ago.tsx'
import { ArmSwitch } from '../panels/ArmSwitch.tsx'
import { AskBox } from '../panels/AskBox.tsx'
import { AcknowledgeButton } from '../panels/EventRow.tsx'
import { MuteButton } from '../panels/MuteButton.tsx'
import { Page, Skeletons } from '../panels/Page.tsx'
import { follow } from '../panels/Rail.tsx'
import { isAwake } from '../panels/use-flows.ts'
import { VoiceButton } from '../panels/VoiceButton.tsx'
import { isWaiting } from '../graph/alerts.ts'
import { useSignIn } from '../sign-in.ts'
import type { EventView } from '../views.ts'
import { cameraWords, eventKindWords } from '../words.ts'
import { say } from '../words/say.ts'

const said = ['response.given', 'answer.received', 'delegation.made', 'message.sent']

/** What was said, with who is meant where it was not said to the people here. */
function wordsOf(event: EventView): string {
  return event.kind === 'delegation.made' && event.text !== ''
    ? say('Asked an agent: {text}', { text: event.text })
    : event.text || eventKindWords(event.kind)
}
const rereadMs = 15_000

function useWatched(id: string) {
  const [flow, setFlow] = useState<Flow | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const connects = useLive((live) => live.connects)
  useEffect(() => {
    api.flow(id).then(
      ({ document }) => setFlow(document),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
    void readFlow(id)
  }, [id, connects])
  useEffect(() => {
    const timer = setInterval(() => void readStatus(id), rereadMs)
    return () => clearInterval(timer)
  }, [id])
  return { flow, failure }
}

function Newest({ event }: { event: EventView | undefined }) {
  if (!event) return <p className="quiet">{say('Has not spoken yet.')}</p>
  return (
    <div className="stack-tight" data-testid="watch-newest">
      <p className="watch-words">{wordsOf(event)}</p>
      <p className="small quiet">
        <Ago at={event.at} />
      </p>
      {isWaiting(event) && <AcknowledgeButton event={event} />}
    </div>
  )
}

function Earlier({ events, waiting }: { events: readonly EventView[]; waiting: number }) {
  if (events.length === 0) return null
  return (
    <section aria-labelledby="earlier-title" className="stack-tight">
      <h2 id="earlier-title" className="group-title">
        {say('Earlier')}
      </h2>
      <ul className="stack-tight">
        {events.map((event) => (
          <li key={event.id} className="watch-line">
            {wordsOf(event)}{' '}
            <span className="small quiet">
              <Ago at={event.at} />
            </span>
          </li>
        ))}
      </ul>
      {waiting > 0 && (
        <p className="small">
          <a href="/inbox" onClick={follow}>
            {say('{waiting} more waiting in the inbox', { waiting })}
          </a>
        </p>
      )}
    </section>
  )
}

function Switches({
  flow,
  flowId,
  streamId,
  isOn,
}: {
  flow: Flow
  flowId: string
  streamId: string | undefined
  isOn: boolean
}) {
  const types = useSignIn(({ types }) => types)
  const status = useLive((live) => live.status[flowId]?.streams.find(({ id }) => id === streamId)?.nodes)
  const arms = flow.nodes.filter(({ type }) => does(types.get(type), 'arm'))
  const ear = flow.nodes.find(({ type }) => does(types.get(type), 'listen'))
  return (
    <>
      <AskBox
        flowId={flowId}
        models={flow.nodes.filter(({ type }) => areaOf(types.get(type)) === 'model')}
        isRunning={isOn}
        stream={streamId}
      />
      {ear && <VoiceButton flowId={flowId} node={ear.id} isRunning={isOn} />}
      {arms.map((node) => (
        <ArmSwitch
          key={node.id}
          flowId={flowId}
          node={node.id}
          status={isOn ? status?.[node.id] : undefined}
          label={arms.length > 1 ? nameOf(node, types) : say('Armed')}
        />
      ))}
    </>
  )
}

/** What a person says or switches on this page stands where it was done. */
const byHand: readonly Trait[] = ['listen', 'watch', 'arm']

/** The page. */
export function WatchPage({ id }: { id: string }) {
  const { flow, failure } = useWatched(id)
  const types = useSignIn(({ types }) => types)
  const status = useLive((live) => live.status[id])
  const events = useLive((live) => live.events)
  const [chosen, setChosen] = useState<string | null>(null)
  if (failure && !flow)
    return (
      <Page title={say('This flow cannot be shown')}>
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      </Page>
    )
  if (!flow)
    return (
      <Page title={say('Watch')}>
        <Skeletons count={1} height={320} />
      </Page>
    )
  const streams = status?.streams ?? []
  // What a person asked or switched, aloud or by hand, stands where that was done; here is what came of it.
  const asked = flow.nodes
    .filter(({ type }) => byHand.some((trait) => does(types.get(type), trait)))
    .map((node) => node.id)
  const spoken = events.filter(
    (event) =>
      event.flow === id && said.includes(event.kind) && !(event.kind === 'message.sent' && asked.includes(event.node)),
  )
  const stream = streams.find((each) => each.id === chosen) ?? streams[0]
  const isOn = isAwake(status?.state ?? 'stopped')
  return (
    <Page
      title={flow.name}
      isWide
      aside={
        <div className="row">
          <StateMark state={status?.state ?? 'stopped'} isWashed />
          <MuteButton />
        </div>
      }
    >
      <div className="watch">
        <div className="stack-tight">
          {stream ? (
            <StreamPicture
              streamId={stream.id}
              isOn={isOn && hasPicture(stream)}
              alt={say('What {name} sees now', { name: flow.name })}
              words={cameraWords(stream) ?? (isOn ? say('Waiting for the first picture') : say('Not running'))}
            />
          ) : (
            <div className="picture">
              <span className="quiet small">{say('Not running')}</span>
            </div>
          )}
          {streams.length > 1 && (
            <NativeSelect
              aria-label={say('Camera shown')}
              value={stream?.id}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={streams.map((each) => ({
                value: each.id,
                label: nameOf(
                  flow.nodes.find((node) => node.id === each.source),
                  types,
                ),
              }))}
            />
          )}
          {isOn && stream && hasPicture(stream) && <p className="small quiet">{cameraWords(stream)}</p>}
        </div>
        <div className="stack watch-side">
          <Newest event={spoken[0]} />
          <Switches flow={flow} flowId={id} streamId={streams.length > 1 ? stream?.id : streams[0]?.id} isOn={isOn} />
          <Earlier events={spoken.slice(1, 5)} waiting={spoken.slice(1).filter(isWaiting).length} />
          <p className="small">
            <a href={`/flows/${id}`} onClick={follow}>
              {say('Open the flow')}
            </a>
          </p>
        </div>
      </div>
    </Page>
  )
}
