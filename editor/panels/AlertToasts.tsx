// The newest alert on whatever page is open: its sentence and picture in a corner, until it is closed or seen. Never a pile: older
// ones are counted, and wait in the inbox.
import { Notifications, notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { Button } from '@mantine/core'
import { acknowledge, onAlert } from '../live.ts'
import { go, useRoute } from '../route.ts'
import type { EventView } from '../views.ts'
import { count, eventKindWords } from '../words.ts'
import { say } from '../words/say.ts'

const shownMs = 10_000
const id = 'alert'

/** Pages that show the alert themselves. */
function isShownBy(path: string, event: EventView): boolean {
  return path.startsWith('/inbox') || path === `/flows/${event.flow}` || path === `/watch/${event.flow}`
}

/** Says "seen" where it stands; what goes wrong is said there too, and the toast stays. */
function SeenButton({ event }: { event: EventView }) {
  const [failure, setFailure] = useState<string | null>(null)
  const press = (): void =>
    void acknowledge(event.id).then(
      () => notifications.hide(id),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
  return (
    <>
      <Button size="xs" variant="default" onClick={press} data-testid="toast-acknowledge">
        {say('I have seen it')}
      </Button>
      {failure && <span role="alert">{failure}</span>}
    </>
  )
}

function show(event: EventView, older: number, onClose: () => void): void {
  notifications.hide(id)
  const open = (place: string) => () => {
    notifications.hide(id)
    go(place)
  }
  notifications.show({
    id,
    title: event.text || eventKindWords(event.kind),
    autoClose: shownMs,
    withBorder: true,
    closeButtonProps: { 'aria-label': say('Close') },
    onClose,
    message: (
      <span className="stack-tight" data-testid="toast">
        <button type="button" className="toast" onClick={open(`/inbox/${event.id}`)}>
          {event.frame && <img src={event.frame.url} alt="" />}
          {say('Open')}
        </button>
        <SeenButton event={event} />
        {older > 0 && (
          <button type="button" className="toast small" onClick={open('/inbox')}>
            {count(older, 'more alert in the inbox', 'more alerts in the inbox')}
          </button>
        )}
      </span>
    ),
  })
}

/** Mounted once. */
export function AlertToasts() {
  const route = useRoute()
  useEffect(() => {
    let shown: { event: EventView; older: number } | null = null
    const stop = onAlert((event) => {
      if (isShownBy(location.pathname, event)) return
      const next = { event, older: shown ? shown.older + 1 : 0 }
      show(event, next.older, () => {
        if (shown === next) shown = null
      })
      shown = next
    })
    return () => {
      stop()
      notifications.hide(id)
    }
  }, [])
  // What was announced elsewhere stands here now.
  useEffect(() => {
    if (route.page === 'inbox' || route.page === 'event') notifications.hide(id)
  }, [route.page])
  return <Notifications position="bottom-right" limit={1} />
}
