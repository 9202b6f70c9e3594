// An alert on whatever page is open: its sentence and picture in a corner, until it is closed or seen.
import { Notifications, notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { onAlert } from '../live.ts'
import { go } from '../route.ts'
import { eventKindWords } from '../words.ts'

/** Mounted once. The inbox and the flow's own page show them themselves. */
export function AlertToasts() {
  useEffect(() => onAlert((event) => {
    if (location.pathname.startsWith('/inbox') || location.pathname === `/flows/${event.flow}` || location.pathname === `/watch/${event.flow}`) return
    notifications.show({
      id: event.id, title: event.text || eventKindWords(event.kind), autoClose: 10_000, withBorder: true, closeButtonProps: { 'aria-label': 'Close' },
      message: <button type="button" className="toast" onClick={() => { notifications.hide(event.id); go(`/inbox/${event.id}`) }}>{event.frame && <img src={event.frame.url} alt="" />}Open</button>,
    })
  }), [])
  return <Notifications position="bottom-right" limit={3} />
}
