// The first page: what is being watched now and what waits for a person. With no flow yet, the way to the first one.
import { IconMoon } from '@tabler/icons-react'
import { useEffect } from 'react'
import { StateMark } from '../canvas/StateMark.tsx'
import { StreamPicture } from '../canvas/StreamPicture.tsx'
import { useEventPages } from '../event-pages.ts'
import { readStatus, useLive } from '../live.ts'
import { FirstSteps } from '../templates/FirstSteps.tsx'
import type { FlowSummary } from '../views.ts'
import { cameraWords } from '../words.ts'
import { Ago } from './Ago.tsx'
import { EventRow } from './EventRow.tsx'
import { NewFlowButton } from './NewFlowButton.tsx'
import { Empty, Page, Skeletons } from './Page.tsx'
import { follow } from './Rail.tsx'
import { isAwake, useFlows } from './use-flows.ts'
import { say } from '../words/say.ts'

function Watched({ flow }: { flow: FlowSummary }) {
  const streams = useLive((live) => live.status[flow.id]?.streams)
  const last = useLive((live) => live.events.find((event) => event.flow === flow.id && event.kind === 'response.given'))
  useEffect(() => void readStatus(flow.id), [flow.id])
  const stream = streams?.[0]
  return (
    <a className="watched surface" href={`/watch/${flow.id}`} onClick={follow} data-testid="watched-flow">
      {stream ? (
        <StreamPicture
          streamId={stream.id}
          isOn={isAwake(stream.state) && stream.lastFrameAt !== null}
          alt={say('What {name} sees now', { name: flow.name })}
          words={cameraWords(stream) ?? say('Waiting for the first picture')}
        />
      ) : (
        <div className="picture" />
      )}
      <div className="watched-words">
        <strong className="clip-text">{flow.name}</strong>
        <StateMark state={flow.state} />
        <span className="small quiet two-lines">
          {last ? (
            <>
              {last.text} <Ago at={last.at} />
            </>
          ) : (
            say('Has not spoken yet.')
          )}
        </span>
      </div>
    </a>
  )
}

function Waiting({ flows }: { flows: readonly FlowSummary[] }) {
  const { events, total, unseen } = useEventPages({ only: 'incidents' }, 4)
  if (!events || events.length === 0) return null
  return (
    <section aria-labelledby="waiting-title">
      <h2 id="waiting-title">{say('Waiting for you')}</h2>
      <ul className="event-list surface">
        {events.slice(0, 4).map((event) => (
          <EventRow key={event.id} event={event} flowName={flows.find((flow) => flow.id === event.flow)?.name} />
        ))}
      </ul>
      {total > 4 && (
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
      <Page title={say('Home')}>
        <Skeletons count={2} height={180} />
      </Page>
    )
  if (flows.length === 0) return <FirstSteps />
  const awake = flows.filter((flow) => isAwake(flow.state))
  return (
    <Page title={say('Home')} aside={<NewFlowButton variant="default" />}>
      <div className="sections">
        <section aria-labelledby="watching-title">
          <h2 id="watching-title">{say('Watching now')}</h2>
          {awake.length === 0 ? (
            <Empty icon={<IconMoon size={40} stroke={1.25} aria-hidden />}>
              {say('No flow is running. Open one under')}{' '}
              <a href="/flows" onClick={follow}>
                {say('Flows')}
              </a>{' '}
              {say('and deploy it.')}
            </Empty>
          ) : (
            <div className="watched-list">
              {awake.map((flow) => (
                <Watched key={flow.id} flow={flow} />
              ))}
            </div>
          )}
        </section>
        <Waiting flows={flows} />
      </div>
    </Page>
  )
}
