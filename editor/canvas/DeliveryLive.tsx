// How the last messages of an action went: to whom, with how many tries.
import { IconCheck, IconClock, IconX } from '@tabler/icons-react'
import { useNow } from '../now.ts'
import type { DeliveryView } from '../views.ts'
import { CancelDelivery } from './CancelDelivery.tsx'
import { ago, deliveryStateWords, exact } from '../words.ts'

/** One delivery as a line. */
export function DeliveryLine({ delivery }: { delivery: DeliveryView }) {
  const now = useNow()
  const Found = delivery.state === 'delivered' ? IconCheck : delivery.state === 'failed' ? IconX : IconClock
  const tone = delivery.state === 'delivered' ? 'running' : delivery.state === 'failed' ? 'failed' : 'starting'
  return (
    <div className="delivery small" title={delivery.detail} data-testid="delivery" data-state={delivery.state}>
      <Found size={15} color={`var(--state-${tone})`} aria-hidden />
      <span>{deliveryStateWords(delivery.state, delivery.attempts)}</span>
      <span className="quiet nums" title={exact(delivery.at)}>{ago(delivery.at, now)}</span>
      <CancelDelivery delivery={delivery} />
      {delivery.state !== 'delivered' && delivery.detail && <span className="quiet delivery-detail">{delivery.detail}</span>}
    </div>
  )
}

/** The live area of an action card: its last three deliveries. */
export function DeliveryLive({ deliveries }: { deliveries: readonly DeliveryView[] }) {
  if (deliveries.length === 0) return <div className="live"><p className="live-words quiet">Nothing sent yet.</p></div>
  return <div className="live">{deliveries.slice(0, 3).map((delivery) => <DeliveryLine key={delivery.id} delivery={delivery} />)}</div>
}
