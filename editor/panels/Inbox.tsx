// Everything a person must see, over all flows, newest first and live, with pictures and sound.
import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { IconInbox, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { EventView } from '../views.ts'
import { useEventPages } from '../event-pages.ts'
import { queryOf, type InboxFilter } from '../graph/alerts.ts'
import { acknowledgeAll } from '../live.ts'
import { ConfirmButton } from './ConfirmButton.tsx'
import { placeOf } from './health.ts'
import { EventRow } from './EventRow.tsx'
import { MuteButton } from './MuteButton.tsx'
import { Empty, Page, ReadFailure, Skeletons } from './Page.tsx'
import { count, say } from '../words/say.ts'
import { useFlowList } from '../queries.ts'

const filters: { value: InboxFilter; label: string }[] = [
  { value: 'waiting', label: say('To see') },
  { value: 'seen', label: say('Seen') },
  { value: 'all', label: say('All') },
]

const emptyWords: Record<InboxFilter, string> = {
  waiting: say('Nothing is waiting for you. New alerts appear here by themselves, with their picture.'),
  seen: say('Nothing was seen yet. What you have said you saw stays here, with who said so.'),
  all: say('No alert so far. A notification card on a flow sends its messages here.'),
}

const countWords: Record<InboxFilter, (n: number) => string> = {
  waiting: (n) => count(n, 'alert to see', 'alerts to see'),
  seen: (n) => count(n, 'incident'),
  all: (n) => count(n, 'incident'),
}
const typingMs = 300

/** What a person has typed, once they pause. */
function useTyped(words: string): string {
  const [typed, setTyped] = useState(words)
  useEffect(() => {
    const timer = setTimeout(() => setTyped(words), typingMs)
    return () => clearTimeout(timer)
  }, [words])
  return typed
}

/** For after the holidays: all that are found, however many are shown. Nothing that comes meanwhile. */
function SeenAll({ unseen, upTo, q }: { unseen: number; upTo: string | undefined; q: string }) {
  const [failure, setFailure] = useState<string | null>(null)
  if (unseen < 2 || upTo === undefined) return null
  const press = (): void =>
    void acknowledgeAll({ upTo, ...(q ? { q } : {}) }).then(
      () => setFailure(null),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
  return (
    <>
      <ConfirmButton
        size="xs"
        question={say('Mark all {unseen} as seen?', { unseen })}
        onConfirm={press}
        data-testid="acknowledge-all"
      >
        {say('I have seen all {unseen}', { unseen })}
      </ConfirmButton>
      {failure && <Failure words={failure} />}
    </>
  )
}

/** An incident goes on after it began. */
function newestOf(events: readonly EventView[]): string | undefined {
  return events
    .map(({ at, again }) => again?.lastAt ?? at)
    .sort()
    .at(-1)
}

function Failure({ words }: { words: string }) {
  return (
    <div className="notice" data-tone="bad" role="alert">
      {words}
    </div>
  )
}

/** The page. */
export function Inbox() {
  const [filter, setFilter] = useState<InboxFilter>('waiting')
  const [words, setWords] = useState('')
  const q = useTyped(words).trim()
  const flows = useFlowList()
  const { events, total, unseen, totalIsAtLeast, hasMore, failure, more } = useEventPages(queryOf(filter, q))
  const countOf = (n: number): string =>
    totalIsAtLeast ? say('More than {things}', { things: countWords[filter](n) }) : countWords[filter](n)
  return (
    <Page title={say('Inbox')} aside={<MuteButton />}>
      <div className="tools">
        <SegmentedControl
          aria-label={say('Show')}
          data={filters}
          value={filter}
          onChange={(value) => setFilter(value as InboxFilter)}
          data-testid="inbox-filter"
        />
        <TextInput
          aria-label={say('Find in the inbox')}
          placeholder={say('Find')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <ReadFailure words={failure} hasOld={events !== null} />
      {events && events.length > 0 && (
        <div className="row" style={{ marginBottom: 16 }}>
          <span className="small quiet nums" role="status" data-testid="inbox-total">
            {countOf(filter === 'waiting' ? unseen : total)}
            {filter === 'waiting' &&
              total < unseen &&
              (total === 1 ? say(', in one incident') : say(', in {total} incidents', { total }))}
          </span>
          {filter === 'waiting' && <SeenAll unseen={unseen} upTo={newestOf(events)} q={q} />}
        </div>
      )}
      {!events ? (
        <Skeletons count={4} height={88} />
      ) : events.length === 0 ? (
        <Empty icon={<IconInbox size={40} stroke={1.25} aria-hidden />}>
          {q ? say('Nothing here holds "{q}".', { q }) : emptyWords[filter]}
        </Empty>
      ) : (
        <ul className="event-list surface" data-testid="inbox-list">
          {events.map((event) => (
            <EventRow key={event.id} event={event} flowName={placeOf(event, flows ?? [])} />
          ))}
        </ul>
      )}
      {hasMore && (
        <div className="row" style={{ marginTop: 16 }}>
          <Button variant="default" onClick={more} data-testid="older">
            {say('Read older ones')}
          </Button>
        </div>
      )}
    </Page>
  )
}
