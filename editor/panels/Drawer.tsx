// Below the canvas: the flow's events with their pictures, and the timeline of decisions.
import { ActionIcon, Tabs } from '@mantine/core'
import { IconBell, IconChevronDown, IconChevronUp, IconTimeline } from '@tabler/icons-react'
import { useState } from 'react'
import { useChosenStream } from '../canvas/chosen-stream.ts'
import { StreamChooser } from '../canvas/StreamChooser.tsx'
import { showTrace } from '../passes.ts'
import { useLive } from '../live.ts'
import type { EventView } from '../views.ts'
import { keepWish, readWish } from '../wishes.ts'
import { EventRow } from './EventRow.tsx'
import { Timeline } from './Timeline.tsx'
import { say } from '../words/say.ts'

/** What only repeats another row is left out. */
function worthARow(event: EventView): boolean {
  return !['notification.delivered', 'message.sent', 'speech.played'].includes(event.kind)
}

function Events({ flowId }: { flowId: string }) {
  const events = useLive((live) => live.events).filter((event) => event.flow === flowId && worthARow(event))
  if (events.length === 0)
    return (
      <p className="quiet drawer-empty">
        {say('Nothing has happened yet. What the model says, and trouble with cameras, appears here with its picture.')}
      </p>
    )
  return (
    <ul className="event-list" data-testid="events-list">
      {events.slice(0, 100).map((event) => (
        <EventRow key={event.id} event={event} onTrace={() => void showTrace(event.id)} />
      ))}
    </ul>
  )
}

/** Opens by itself once something has happened, until a person says otherwise; on phones it is most of the page. */
export function Drawer({ flowId, startsOpen }: { flowId: string; startsOpen: boolean }) {
  const [wish, open] = useState(() => (startsOpen ? 'yes' : readWish('drawer')))
  const setOpen = (next: boolean): void => {
    keepWish('drawer', next ? 'yes' : 'no')
    open(next ? 'yes' : 'no')
  }
  const [tab, setTab] = useState<string | null>('events')
  const streams = useLive((live) => live.status[flowId]?.streams) ?? []
  const hasEvents = useLive((live) => live.events.some((event) => event.flow === flowId))
  const isOpen = wish === null ? hasEvents : wish === 'yes'
  const chosen = useChosenStream((choice) => choice.byFlow[flowId])
  const stream = streams.find((candidate) => candidate.id === chosen) ?? streams[0]
  return (
    <section
      className="drawer"
      data-open={isOpen || undefined}
      aria-label={say('What happened')}
      data-testid="events-panel"
    >
      <Tabs
        value={tab}
        onChange={(next) => {
          setTab(next)
          setOpen(true)
        }}
        keepMounted={false}
        className="drawer-tabs"
      >
        <div className="drawer-head">
          <Tabs.List style={{ flex: 1 }}>
            <Tabs.Tab value="events" leftSection={<IconBell size={16} aria-hidden />} data-testid="tab-events">
              {say('Events')}
            </Tabs.Tab>
            <Tabs.Tab value="timeline" leftSection={<IconTimeline size={16} aria-hidden />} data-testid="tab-timeline">
              {say('Timeline')}
            </Tabs.Tab>
          </Tabs.List>
          {streams.length > 1 && <StreamChooser streams={streams} chosen={stream?.id} />}
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={isOpen ? say('Close the drawer') : say('Open the drawer')}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <IconChevronDown size={18} aria-hidden /> : <IconChevronUp size={18} aria-hidden />}
          </ActionIcon>
        </div>
        {isOpen && (
          <div className="drawer-body" tabIndex={0} role="group" aria-label={say('List')}>
            <Tabs.Panel value="events">
              <Events flowId={flowId} />
            </Tabs.Panel>
            <Tabs.Panel value="timeline">
              <Timeline key={stream?.id} flowId={flowId} streamId={stream?.id} />
            </Tabs.Panel>
          </div>
        )}
      </Tabs>
    </section>
  )
}
