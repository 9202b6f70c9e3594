// How the last messages of an action went: to whom, with how many tries.
import { IconBan, IconCheck, IconClock, IconVolumeOff, IconX } from '@tabler/icons-react'
import { does } from '../../nodes/contract/traits.ts'
import { useNow } from '../now.ts'
import { Ago } from '../panels/Ago.tsx'
import type { DeliveryView, NodeType, ReceiverView } from '../views.ts'
import { ago, deliveryStateWords, endOf, exact, followUpWords, since, timeOfDay, type Parcel } from '../words.ts'
import { say } from '../words/say.ts'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'

const marks = {
  delivered: { icon: IconCheck, tone: 'running' },
  failed: { icon: IconX, tone: 'failed' },
  cancelled: { icon: IconBan, tone: 'stopped' },
  dropped: { icon: IconVolumeOff, tone: 'degraded' },
} as const
const underWay = { icon: IconClock, tone: 'starting' } as const

/** What a card of this type sends. */
export function parcelOf(type: NodeType | undefined): Parcel {
  return does(type, 'ask') ? 'question' : does(type, 'speak') ? 'speech' : 'message'
}

/** A reminder or a deadline: it ends by itself once somebody has seen the alert, so there is nothing to press. */
function FollowUp({ delivery, words }: { delivery: DeliveryView; words: string }) {
  const isDone = delivery.state === 'delivered'
  const Found = isDone ? IconCheck : IconClock
  return (
    <div className="delivery delivery-follows small quiet" data-testid="delivery" data-state={delivery.state}>
      <Found size={15} aria-hidden />
      <span>{words}</span>
      {isDone && <Ago at={delivery.at} />}
    </div>
  )
}

/** One delivery as a line; `by` is the card it is for, where several are listed; `isWhole` where there is room to say who took it. */
export function DeliveryLine({
  delivery,
  parcel,
  by,
  isWhole = false,
}: {
  delivery: DeliveryView
  parcel?: Parcel | undefined
  by?: string | undefined
  isWhole?: boolean
}) {
  const now = useNow()
  const following = followUpWords(delivery)
  if (following !== null && delivery.state !== 'failed') return <FollowUp delivery={delivery} words={following} />
  const state = endOf(delivery)
  const { icon: Found, tone } = marks[state as keyof typeof marks] ?? underWay
  const words =
    isWhole && state === 'delivered' && delivery.attempts <= 1 && delivery.detail
      ? delivery.detail
      : deliveryStateWords(state, delivery.attempts, parcel)
  const isWorking = parcel === 'question' && state === 'running'
  return (
    <div className="delivery small" title={delivery.detail} data-testid="delivery" data-state={state}>
      <Found size={15} color={`var(--state-${tone})`} aria-hidden />
      <span>
        {by !== undefined && <span className="quiet">{by}: </span>}
        {words}
      </span>
      <span className="quiet nums" title={exact(delivery.at)}>
        {isWorking ? since(delivery.at, now) : ago(delivery.at, now)}
      </span>
      <CancelDelivery delivery={delivery} />
      {state !== 'delivered' && state !== 'cancelling' && delivery.detail && (
        <span className="quiet delivery-detail">{delivery.detail}</span>
      )}
    </div>
  )
}

/** Who is not reached, in the times of this browser. */
function Unreached({ receiver: { state, since: from, retryAt, text } }: { receiver: ReceiverView }) {
  const now = useNow()
  const again = retryAt !== null && Date.parse(retryAt) > now
  const words =
    state === 'gone'
      ? text
      : again
        ? say('Not answering since {since}; trying again at {again}.', {
            since: timeOfDay(from),
            again: timeOfDay(retryAt),
          })
        : say('Not answering since {since}; trying again now.', { since: timeOfDay(from) })
  return (
    <p className="live-words" data-tone="trouble" title={text} data-testid="receiver-trouble">
      {words}
    </p>
  )
}

/** The live area of an action card: whom it cannot reach, and its last three deliveries. */
export function DeliveryLive({
  deliveries,
  parcel,
  receiver,
}: {
  deliveries: readonly DeliveryView[]
  parcel?: Parcel
  receiver?: ReceiverView | undefined
}) {
  if (deliveries.length === 0)
    return (
      <div className="live">
        <p className="live-words quiet">
          {parcel === 'question'
            ? say('Nothing asked yet.')
            : parcel === 'speech'
              ? say('Nothing said yet.')
              : say('Nothing sent yet.')}
        </p>
      </div>
    )
  return (
    <div className="live">
      {receiver && <Unreached receiver={receiver} />}
      {deliveries.slice(0, 3).map((delivery) => (
        <DeliveryLine key={delivery.id} delivery={delivery} parcel={parcel} />
      ))}
    </div>
  )
}

// Ends a question to an agent, or a message that is tried again and again. The end itself comes over the live feed.
/** Only while there is something to cancel. */
function CancelDelivery({ delivery }: { delivery: DeliveryView }) {
  const [state, setState] = useState('idle')
  if (delivery.state !== 'pending' && delivery.state !== 'running') return null
  const cancel = async (): Promise<void> => {
    setState('asked')
    await api
      .cancelDelivery(delivery.id)
      .catch((error: unknown) => setState(error instanceof Error ? error.message : String(error)))
  }
  if (state === 'asked')
    return (
      <span className="quiet" role="status">
        {say('Being cancelled')}
      </span>
    )
  return (
    <>
      <Button
        className="nodrag"
        size="compact-xs"
        variant="default"
        onClick={() => void cancel()}
        data-testid="cancel-delivery"
      >
        {say('Cancel')}
      </Button>
      {state !== 'idle' && (
        <span className="delivery-detail" role="alert">
          {state}
        </span>
      )}
    </>
  )
}
