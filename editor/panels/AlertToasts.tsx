// An alert on whatever page is open: its sentence and picture in a corner, until it is closed or seen.
import { Notifications, notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { onAlert } from '../live.ts'
import { go } from '../route.ts'
import { eventKindWords } from '../words.ts'

/** Mounted once. The canvas of the same flow shows its events anyway, but a second word does no harm. */
export function AlertToasts() {
  useEffect(() => onAlert((event) => {
    notifications.show({
      id: event.id, title: event.text || eventKindWords(event.kind), autoClose: 15_000, withBorder: true,
      message: <button type="button" className="toast" onClick={() => { notifications.hide(event.id); go(`/inbox/${event.id}`) }}>{event.frame && <img src={event.frame.url} alt="" />}Open</button>,
    })
  }), [])
  return <Notifications position="top-right" limit={3} />
}
