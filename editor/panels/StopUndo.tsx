// After Stop: for a while it can be taken back, and the same version runs again.
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { api } from '../api.ts'
import { readStatus } from '../live.ts'
import { say } from '../words/say.ts'

const shownMs = 12_000
const idOf = (flow: string): string => `stopped-${flow}`

function Undo({ flow, revision }: { flow: string; revision: number }) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const press = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    // Whether it runs again is said before this goes.
    notifications.update({ id: idOf(flow), message: words(flow, revision), autoClose: false })
    try {
      await api.deploy(flow, revision)
      notifications.hide(idOf(flow))
      await readStatus(flow)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }
  return (
    <>
      <Button size="xs" variant="default" loading={isBusy} onClick={() => void press()} data-testid="stop-undo">
        {say('Undo')}
      </Button>
      {failure && <span role="alert">{failure}</span>}
    </>
  )
}

const words = (flow: string, revision: number) => <Undo flow={flow} revision={revision} />

/** The flow runs again: there is nothing left to take back. */
export const withdrawUndo = (flow: string): void => void notifications.hide(idOf(flow))

/** `revision`: what ran until just now. */
export function offerUndo(flow: string, revision: number): void {
  withdrawUndo(flow)
  notifications.show({
    id: idOf(flow),
    title: say('Stopped. Nobody watches now.'),
    message: words(flow, revision),
    autoClose: shownMs,
    withBorder: true,
    closeButtonProps: { 'aria-label': say('Close') },
  })
}
