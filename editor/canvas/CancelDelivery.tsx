// Ends a question to an agent, or a message that is tried again and again. The end itself comes over the live feed.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import type { DeliveryView } from '../views.ts'
import { say } from '../words/say.ts'

/** Only while there is something to cancel. */
export function CancelDelivery({ delivery }: { delivery: DeliveryView }) {
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
