// An empty canvas, for whoever draws from the first card.
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { newFlow } from '../panels/new-flow.ts'
import { useWords } from './gallery-words.ts'

export function EmptyCanvasButton() {
  const { words } = useWords()
  const [failure, setFailure] = useState<string | null>(null)
  const begin = (): void => {
    setFailure(null)
    newFlow().catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  }
  return (
    <>
      <Button
        variant="default"
        onClick={begin}
        data-testid="empty-canvas"
        title={words.emptyCanvasText}
        leftSection={<IconPlus size={18} aria-hidden />}
      >
        {words.emptyCanvas}
      </Button>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </>
  )
}
