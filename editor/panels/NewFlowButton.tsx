// "New flow", and what went wrong when there is none.
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { newFlow } from './new-flow.ts'

/** Goes to the new flow's canvas. */
export function NewFlowButton({ variant = 'filled' }: { variant?: 'filled' | 'default' }) {
  const [failure, setFailure] = useState<string | null>(null)
  const press = (): void => {
    setFailure(null)
    newFlow().catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  }
  return (
    <div>
      <Button variant={variant} onClick={press} data-testid="new-flow" leftSection={<IconPlus size={18} aria-hidden />}>
        New flow
      </Button>
      {failure && (
        <div className="notice" data-tone="bad" role="alert" style={{ marginTop: 8 }}>
          {failure}
        </div>
      )}
    </div>
  )
}
