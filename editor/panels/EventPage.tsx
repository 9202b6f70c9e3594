// One alert, for a hand that is half asleep: the picture, the sentence, one big button.
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { DeliveryLine, parcelOf } from '../canvas/DeliveryLive.tsx'
import { takeEvents, useLive } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import type { EventView } from '../views.ts'
import { eventKindWords } from '../words.ts'
import { AcknowledgeButton, Incident } from './EventRow.tsx'
import { SecondLookLine } from './SecondLook.tsx'
import { Ago } from './Ago.tsx'
import { Page, Skeletons } from './Page.tsx'
import { PastEvent } from './PastEvent.tsx'
import { VerdictOf } from './Verdict.tsx'
import { TraceOf } from './Trace.tsx'
import { addressOf } from '../watch/address.ts'
import { follow } from './Rail.tsx'
import { say } from '../words/say.ts'
import { useFlowList } from '../queries.ts'

/** Something was seen: what was told about it afterwards has no moment of its own. */
const isOfAModel = ({ alert, fields, kind }: EventView): boolean =>
  fields['about'] === undefined && (alert || kind === 'response.given' || kind === 'delegation.made')

/** The clip that was made of it, else the picture. */
function EventPicture({ event: { clip, frame } }: { event: EventView }) {
  if (clip?.contentType.startsWith('video/'))
    return (
      <video
        className="alert-picture"
        src={clip.url}
        poster={frame?.url}
        controls
        loop
        muted
        playsInline
        aria-label={say('The clip of that moment')}
        data-testid="event-clip"
      />
    )
  const shown = clip ?? frame
  return shown && <img className="alert-picture" src={shown.url} alt={say('The picture at that moment')} />
}

function MomentLink({ event: { at, flow, stream } }: { event: EventView }) {
  const address = addressOf(flow, { camera: stream, atMs: Date.parse(at), spanS: 600 })
  return (
    <p>
      <a href={address} onClick={follow} data-testid="event-moment">
        {say('Before and after, on the timeline')}
      </a>
    </p>
  )
}

/** The page of one event. */
export function EventPage({ id }: { id: string }) {
  const event = useLive((live) => live.events.find((candidate) => candidate.id === id))
  const flow = useFlowList()?.find((candidate) => candidate.id === event?.flow)
  const types = useSignIn(({ types }) => types)
  const [failure, setFailure] = useState<string | null>(null)
  // Once more when Heed is back: it may have been away.
  const connects = useLive((live) => live.connects)
  useEffect(() => {
    setFailure(null)
    api
      .event(id)
      .then((found) => takeEvents([found]))
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  }, [id, connects])
  if (!event)
    return (
      <Page title={say('Alert')}>
        {failure ? (
          <div className="notice" data-tone="bad" role="alert">
            {failure}
          </div>
        ) : (
          <Skeletons count={2} height={200} />
        )}
      </Page>
    )
  return (
    <Page title={event.text || eventKindWords(event.kind)}>
      <div className="stack alert-page">
        <EventPicture event={event} />
        <p className="quiet">
          {eventKindWords(event.kind)} <Ago at={event.at} />
          {flow && (
            <>
              {say(', in')}{' '}
              <a href={`/flows/${flow.id}`} onClick={follow}>
                {flow.name}
              </a>
            </>
          )}
        </p>
        <p className="quiet small">
          <Incident event={event} />
        </p>
        <SecondLookLine look={event.secondLook} />
        <AcknowledgeButton event={event} isBig />
        <MomentLink event={event} />
        {event.deliveries.length > 0 && (
          <div className="stack-tight">
            {event.deliveries.map((delivery) => (
              <DeliveryLine
                key={delivery.id}
                delivery={delivery}
                parcel={parcelOf(types.get(delivery.type ?? ''))}
                isWhole
              />
            ))}
          </div>
        )}
        {event.alert && <VerdictOf event={event} />}
        {isOfAModel(event) && <PastEvent event={event} />}
        <TraceOf event={event.id} flow={event.flow} />
        <a href="/inbox" onClick={follow}>
          {say('All alerts')}
        </a>
      </div>
    </Page>
  )
}
