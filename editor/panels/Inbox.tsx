// Everything a person must see, over all flows, newest first and live, with pictures and sound.
import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { IconInbox, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { inboxOf, type InboxFilter } from '../graph/alerts.ts'
import type { EventView } from '../views.ts'
import { ConfirmButton } from './ConfirmButton.tsx'
import { acknowledge, findEvents, readEvents, readOlderEvents, useLive } from '../live.ts'
import { useSession } from '../session.ts'
import { EventRow } from './EventRow.tsx'
import { MuteButton } from './MuteButton.tsx'
import { Empty, Page, Skeletons } from './Page.tsx'

const filters: { value: InboxFilter; label: string }[] = [
  { value: 'waiting', label: 'To see' },
  { value: 'alerts', label: 'Alerts' },
  { value: 'everything', label: 'Everything' },
]

const emptyWords: Record<InboxFilter, string> = {
  waiting: 'Nothing is waiting for you. New alerts appear here by themselves, with their picture.',
  alerts: 'No alert so far. A notification card on a flow sends its messages here.',
  everything: 'Nothing has happened yet. Deploy a flow, and what it sees is kept here.',
}

/** Asks the server too, a moment after the last key: what is looked for may be older than what is here. */
function useSearch(words: string): string | null {
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    if (words.trim().length < 2) return
    const timer = setTimeout(() => {
      findEvents(words).then(
        () => setFailure(null),
        (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
      )
    }, 400)
    return () => clearTimeout(timer)
  }, [words])
  return failure
}

function Older() {
  const [failure, setFailure] = useState<string | null>(null)
  const hasOlder = useLive((live) => live.older !== null)
  if (!hasOlder) return null
  const read = (): void =>
    void readOlderEvents().then(
      () => setFailure(null),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
  return (
    <div className="row" style={{ marginTop: 16 }}>
      <Button variant="default" onClick={read}>
        Read older ones
      </Button>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </div>
  )
}

/** For after the holidays: everything listed, one after another. */
function SeenAll({ events }: { events: readonly EventView[] }) {
  const [failure, setFailure] = useState<string | null>(null)
  if (events.length < 2) return null
  const see = async (): Promise<void> => {
    for (const event of events) await acknowledge(event.id)
  }
  const press = (): void =>
    void see().then(
      () => setFailure(null),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
  return (
    <div className="row" style={{ marginBottom: 16 }}>
      <ConfirmButton
        size="xs"
        question={`Mark all ${events.length} as seen?`}
        onConfirm={press}
        data-testid="acknowledge-all"
      >
        I have seen all {events.length}
      </ConfirmButton>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </div>
  )
}

/** The page. */
export function Inbox() {
  const [filter, setFilter] = useState<InboxFilter>('waiting')
  const [words, setWords] = useState('')
  const events = useLive((live) => live.events)
  const isRead = useLive((live) => live.areEventsRead)
  const flows = useSession((session) => session.flows)
  useEffect(() => void readEvents(), [])
  const failure = useSearch(words)
  const shown = inboxOf(events, filter, words)
  return (
    <Page title="Inbox" aside={<MuteButton />}>
      <div className="tools">
        <SegmentedControl
          aria-label="Show"
          data={filters}
          value={filter}
          onChange={(value) => setFilter(value as InboxFilter)}
          data-testid="inbox-filter"
        />
        <TextInput
          aria-label="Find in the inbox"
          placeholder="Find"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {filter === 'waiting' && <SeenAll events={shown} />}
      {!isRead && events.length === 0 ? (
        <Skeletons count={4} height={88} />
      ) : shown.length === 0 ? (
        <Empty icon={<IconInbox size={40} stroke={1.25} aria-hidden />}>
          {words ? `Nothing here holds "${words}".` : emptyWords[filter]}
        </Empty>
      ) : (
        <ul className="event-list surface" data-testid="inbox-list">
          {shown.slice(0, 200).map((event) => (
            <EventRow key={event.id} event={event} flowName={flows?.find((flow) => flow.id === event.flow)?.name} />
          ))}
        </ul>
      )}
      <Older />
    </Page>
  )
}
