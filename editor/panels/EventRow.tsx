// One event: its picture, what happened in words, when, how it was delivered, and the button that says "seen".
import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconMessageCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { DeliveryLine, parcelOf } from '../canvas/DeliveryLive.tsx'
import { canEnd, foldDeliveries, isTrouble, isWaiting } from '../graph/alerts.ts'
import { nameOf } from '../graph/check.ts'
import { acknowledge } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import { useFlow } from '../store.ts'
import type { EventView } from '../views.ts'
import { clock, eventKindWords, incidentWords, repeatWords, seenByWords } from '../words.ts'
import { useNow } from '../now.ts'
import { Ago } from './Ago.tsx'
import { SecondLookLine } from './SecondLook.tsx'
import { follow } from './Rail.tsx'
import { say } from '../words/say.ts'

/** "I have seen it", with what went wrong beside it when it could not be said. */
export function AcknowledgeButton({ event, isBig }: { event: EventView; isBig?: boolean }) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  if (event.acknowledgedAt)
    return (
      <span className="state-mark" style={{ color: 'var(--state-running)' }}>
        <IconCheck size={15} aria-hidden />
        <span>
          {say('Seen by {who}', { who: seenByWords(event.acknowledgedBy) })} <Ago at={event.acknowledgedAt} />
        </span>
      </span>
    )
  const press = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    await acknowledge(event.id).catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    )
    setBusy(false)
  }
  return (
    <div className={isBig ? 'big-action' : undefined}>
      <Button
        size={isBig ? 'lg' : 'xs'}
        fullWidth={isBig}
        variant={isBig ? 'filled' : 'default'}
        loading={isBusy}
        onClick={() => void press()}
        data-testid="acknowledge"
        leftSection={<IconCheck size={isBig ? 22 : 15} aria-hidden />}
      >
        {say('I have seen it')}
      </Button>
      {failure && (
        <div className="notice" data-tone="bad" role="alert" style={{ marginTop: 8 }}>
          {failure}
        </div>
      )}
    </div>
  )
}

function Picture({ event }: { event: EventView }) {
  const [isGone, setGone] = useState(false)
  if (!event.frame || isGone) {
    const Found = isTrouble(event) ? IconAlertTriangle : IconMessageCircle
    return (
      <span className="event-picture quiet">
        <Found size={22} stroke={1.5} aria-hidden />
      </span>
    )
  }
  return (
    <a
      className="event-picture"
      href={`/inbox/${event.id}`}
      onClick={follow}
      aria-label={say('Open: {text}', { text: event.text })}
    >
      <img src={event.frame.url} alt="" loading="lazy" onError={() => setGone(true)} data-testid="event-frame" />
    </a>
  )
}

function Deliveries({ event }: { event: EventView }) {
  const types = useSignIn(({ types }) => types)
  // Only the open flow's cards are known by name.
  const cards = useFlow((open) => (open.id === event.flow ? open.history?.present.nodes : undefined))
  const { shown, folded } = foldDeliveries(event.deliveries)
  return (
    <>
      {shown.map((delivery) => {
        const card = cards?.find((node) => node.id === delivery.node)
        return (
          <DeliveryLine
            key={delivery.id}
            delivery={delivery}
            by={card && nameOf(card, types)}
            parcel={parcelOf(types.get(delivery.type ?? card?.type ?? ''))}
            isWhole={!card}
          />
        )
      })}
      {folded > 0 && (
        <p className="small quiet" data-testid="folded-deliveries">
          {say('And {n} in between that arrived too.', { n: folded })}
        </p>
      )}
    </>
  )
}

/** How often it was said again, kept up to date. */
function Again({ fields }: { fields: Record<string, unknown> }) {
  const words = repeatWords(fields, useNow())
  return words === null ? null : <span data-testid="event-again">{words}</span>
}

/** How often it was told since, and whether it goes on. */
export function Incident({ event }: { event: EventView }) {
  const nowMs = useNow()
  const words = event.again && incidentWords(event.again, canEnd(event), nowMs)
  if (!words) return <Again fields={event.fields} />
  return <span data-testid="event-incident">{words}</span>
}

/** What went through the flow as a message, and so has a way. */
const isMessage = new Set(['response.given', 'delegation.made', 'answer.received', 'message.sent'])

/** A row for lists; `flowName` where several flows are listed together. */
export function EventRow({
  event,
  flowName,
  onTrace,
}: {
  event: EventView
  flowName?: string | undefined
  onTrace?: () => void
}) {
  return (
    <li
      className="event-row"
      data-testid="event-row"
      data-event-kind={event.kind}
      data-event-id={event.id}
      data-waiting={isWaiting(event) || undefined}
      data-trouble={isTrouble(event) || undefined}
    >
      <Picture event={event} />
      <div className="event-body">
        <p className="event-text">{event.text || eventKindWords(event.kind)}</p>
        <SecondLookLine look={event.secondLook} />
        <p className="small quiet event-facts">
          <span>{eventKindWords(event.kind)}</span>
          {flowName && <span>{flowName}</span>}
          <Ago at={event.at} />
          <Incident event={event} />
          {/* Says something only beside the clip that one looks at. */}
          {flowName === undefined && (
            <span className="nums">{say('{when} after the start', { when: clock(event.mediaTimeS) })}</span>
          )}
        </p>
        <Deliveries event={event} />
        {onTrace && isMessage.has(event.kind) && (
          <button type="button" className="link-button small" onClick={onTrace} data-testid="show-trace">
            {say('Why? Show its way')}
          </button>
        )}
      </div>
      {event.alert && (
        <div className="event-action">
          <AcknowledgeButton event={event} />
        </div>
      )}
    </li>
  )
}
