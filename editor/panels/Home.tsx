// The first page: how all is in one sentence, what waits for a person, and a wall of what is being watched. With no flow yet, the way to the first one.
import { IconMoon } from '@tabler/icons-react'
import { useEffect } from 'react'
import { StateMark } from '../canvas/StateMark.tsx'
import { StreamPicture } from '../canvas/StreamPicture.tsx'
import { useEventPages, useUnseen } from '../event-pages.ts'
import { isTrouble } from '../graph/alerts.ts'
import { readStatus, useLive } from '../live.ts'
import { FirstSteps } from '../templates/FirstSteps.tsx'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import type { FlowSummary } from '../views.ts'
import { cameraWords } from '../words.ts'
import { Ago } from './Ago.tsx'
import { EventRow } from './EventRow.tsx'
import { healthOf, isMeant, placeOf, watchedName } from './health.ts'
import { NewFlowButton } from './NewFlowButton.tsx'
import { Empty, Page, Skeletons } from './Page.tsx'
import { follow } from './Rail.tsx'
import { isAwake, useFlows } from './use-flows.ts'
import { say } from '../words/say.ts'

/** Everything that is watched: a flow, and each of its streams. */
function Watched({ flow }: { flow: FlowSummary }) {
  const streams = useLive((live) => live.status[flow.id]?.streams)
  useEffect(() => void readStatus(flow.id), [flow.id])
  if (!streams || streams.length === 0) return <Tile flow={flow} stream={undefined} name={flow.name} />
  return streams.map((stream) => (
    <Tile key={stream.id} flow={flow} stream={stream} name={watchedName(flow, stream, streams)} />
  ))
}

function Tile({ flow, stream, name }: { flow: FlowSummary; stream: StreamStatus | undefined; name: string }) {
  const last = useLive((live) =>
    live.events.find((event) => event.stream === stream?.id && event.kind === 'response.given'),
  )
  const state = stream?.state ?? flow.state
  return (
    <a
      className="watched surface"
      href={`/watch/${flow.id}${stream && name !== flow.name ? `?camera=${encodeURIComponent(stream.id)}` : ''}`}
      onClick={follow}
      data-testid="watched-flow"
    >
      <div className="watched-picture">
        {stream ? (
          <StreamPicture
            streamId={stream.id}
            isOn={isAwake(stream.state) && stream.lastFrameAt !== null}
            alt={say('What {name} sees now', { name })}
            words={cameraWords(stream) ?? say('Waiting for the first picture')}
          />
        ) : (
          <div className="picture" />
        )}
        {last && (
          <span className="watched-said two-lines">
            {last.text} <Ago at={last.at} />
          </span>
        )}
      </div>
      <div className="watched-words">
        <strong className="clip-text">{name}</strong>
        {/* Only where it is not fine: a wall of green says nothing. */}
        {state !== 'running' && <StateMark state={state} />}
        {name !== flow.name && <span className="small quiet clip-text">{flow.name}</span>}
      </div>
    </a>
  )
}

/** How all of it is, in one sentence. */
function HealthLine({ flows }: { flows: readonly FlowSummary[] }) {
  const status = useLive((live) => live.status)
  const unknownSince = useLive((live) => live.unknownSince)
  const unseen = useUnseen((waiting) => waiting.unseen ?? 0)
  const health = healthOf(flows, status, { unknownSince, unseen })
  if (!health) return null
  return (
    <p className="lead" role="status" data-tone={health.isBad ? 'bad' : undefined} data-testid="health">
      {health.words}
    </p>
  )
}

const shown = 4

function Waiting({ flows }: { flows: readonly FlowSummary[] }) {
  // Whoever needs help, then cameras that are away.
  const urgent = useEventPages({ only: 'urgent-incidents' }, shown)
  const { events: newest, total, unseen } = useEventPages({ only: 'incidents' }, shown)
  if (!urgent.events || !newest || newest.length === 0) return null
  const events = [...urgent.events, ...newest.filter(isTrouble)].slice(0, shown)
  return (
    <section aria-labelledby="waiting-title">
      <h2 id="waiting-title">{say('Waiting for you')}</h2>
      <ul className="event-list surface">
        {events.map((event) => (
          <EventRow key={event.id} event={event} flowName={placeOf(event, flows)} />
        ))}
      </ul>
      {total > shown && (
        <p>
          <a href="/inbox" onClick={follow}>
            {say('All {unseen} in the inbox', { unseen })}
          </a>
        </p>
      )}
    </section>
  )
}

/** The page. */
export function Home() {
  const flows = useFlows()
  if (!flows)
    return (
      <Page title={say('Now')}>
        <Skeletons count={2} height={180} />
      </Page>
    )
  if (flows.length === 0) return <FirstSteps />
  const meant = flows.filter(isMeant)
  return (
    <Page title={say('Now')} isWide aside={<NewFlowButton variant="default" />}>
      <HealthLine flows={meant} />
      <div className="sections">
        <Waiting flows={flows} />
        <section aria-label={say('Watching now')}>
          {meant.length === 0 ? (
            <Empty icon={<IconMoon size={40} stroke={1.25} aria-hidden />}>
              {say('No flow is running. Open one under')}{' '}
              <a href="/flows" onClick={follow}>
                {say('Flows')}
              </a>{' '}
              {say('and deploy it.')}
            </Empty>
          ) : (
            <div className="watched-list">
              {meant.map((flow) => (
                <Watched key={flow.id} flow={flow} />
              ))}
            </div>
          )}
        </section>
      </div>
    </Page>
  )
}
