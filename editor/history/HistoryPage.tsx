// What happened, over all cameras: the time as lanes, filters that stand in the address, words, a file to take away, and how often each
// flow was right. Changes nothing.
import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconHistory, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { exportAddress } from '../api.ts'
import { useEventPages } from '../event-pages.ts'
import { EventRow } from '../panels/EventRow.tsx'
import { Empty, Page, ReadFailure, Skeletons } from '../panels/Page.tsx'
import { placeOf } from '../panels/health.ts'
import { follow } from '../panels/Rail.tsx'
import { useFlows } from '../panels/use-flows.ts'
import { go, useRoute } from '../route.ts'
import { serverNowMs } from '../server-clock.ts'
import { useRead } from '../queries.ts'
import { precisionQuery } from '../system/system-api.ts'
import type { EventView, FlowSummary } from '../views.ts'
import { addressOf } from '../watch/address.ts'
import { Dock, SpanTools } from '../watch/Dock.tsx'
import { useTimeline } from '../watch/use-past.ts'
import { eventKindWords } from '../words.ts'
import { count, say } from '../words/say.ts'
import { historyAddress, queryOfHistory, readHistory, type HistoryView, type Which } from './address.ts'
import '../system/system.css'
import './history.css'

const typingMs = 300
const kinds = [
  'response.given',
  'delegation.made',
  'answer.received',
  'notification.delivered',
  'notification.failed',
  'speech.played',
  'stream.lost',
  'stream.resumed',
  'model.lost',
]
const whichs: { value: Which; label: string }[] = [
  { value: 'everything', label: say('Everything') },
  { value: 'alerts', label: say('Alerts') },
  { value: 'right', label: say('Right') },
  { value: 'wrong', label: say('False alarms') },
]

/** For a field of the browser: local time, to the minute. */
function toField(iso: string): string {
  if (iso === '') return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
/** From what the address says now: somebody types while something else changes. */
function change(next: Partial<HistoryView>): void {
  go(historyAddress({ ...readHistory(location.search), ...next }), { replace: true })
}
const fromField = (text: string): string => (text === '' ? '' : new Date(text).toISOString())

/** How many of the filters are set, apart from the words. */
const setCount = ({ flow, kind, from, to, which }: HistoryView): number =>
  [flow, kind, from, to, which === 'everything' ? '' : which].filter((each) => each !== '').length

/** Flow, kind, time and verdict. */
function MoreFilters({ view, flows }: { view: HistoryView; flows: readonly FlowSummary[] }) {
  return (
    <>
      <NativeSelect
        aria-label={say('Flow')}
        value={view.flow}
        onChange={(event) => change({ flow: event.currentTarget.value })}
        data={[{ value: '', label: say('All flows') }, ...flows.map(({ id, name }) => ({ value: id, label: name }))]}
        data-testid="history-flow"
      />
      <NativeSelect
        aria-label={say('What happened')}
        value={view.kind}
        onChange={(event) => change({ kind: event.currentTarget.value })}
        data={[
          { value: '', label: say('Whatever happened') },
          ...kinds.map((kind) => ({ value: kind, label: eventKindWords(kind) })),
        ]}
        data-testid="history-kind"
      />
      <TextInput
        type="datetime-local"
        aria-label={say('From')}
        value={toField(view.from)}
        onChange={(event) => change({ from: fromField(event.currentTarget.value) })}
      />
      <TextInput
        type="datetime-local"
        aria-label={say('Until')}
        value={toField(view.to)}
        onChange={(event) => change({ to: fromField(event.currentTarget.value) })}
      />
      <SegmentedControl
        aria-label={say('Show')}
        data={whichs}
        value={view.which}
        onChange={(value) => change({ which: whichs.find((each) => each.value === value)?.value ?? 'everything' })}
        data-testid="history-which"
      />
    </>
  )
}

/** On a phone one line: the words, and a button for the rest, which says how many of them are set. */
function Filters({ view, flows }: { view: HistoryView; flows: readonly FlowSummary[] }) {
  const [words, setWords] = useState(view.q)
  const isPhone = useMediaQuery('(max-width: 760px)', undefined, { getInitialValueInEffect: false })
  const [isOpen, setOpen] = useState(false)
  const set = setCount(view)
  useEffect(() => {
    if (words === view.q) return
    const timer = setTimeout(() => change({ q: words }), typingMs)
    return () => clearTimeout(timer)
  }, [words, view.q])
  return (
    <div className="history-filters">
      <div className="history-words">
        <TextInput
          aria-label={say('Find in the history')}
          placeholder={say('Find')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-testid="history-find"
        />
        {isPhone && (
          <Button
            variant="default"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
            data-testid="history-more"
          >
            {set === 0 ? say('Filters') : say('Filters: {n}', { n: set })}
          </Button>
        )}
      </div>
      {(!isPhone || isOpen) && <MoreFilters view={view} flows={flows} />}
    </div>
  )
}

/** How often a flow was right, of what people said of its alerts. */
function Precision({ flows }: { flows: readonly FlowSummary[] }) {
  const { data: found } = useRead(precisionQuery)
  if (!found || found.length === 0) return null
  return (
    <section aria-labelledby="precision-title">
      <h2 id="precision-title">{say('How often it was right')}</h2>
      <ul className="check-list surface system-list" data-testid="precisions">
        {found.map(({ flow, right, wrong, precision }) => (
          <li key={flow}>
            <a href={historyAddress({ ...readHistory(''), flow, which: 'wrong' })} onClick={follow}>
              <strong>{flows.find(({ id }) => id === flow)?.name ?? flow}</strong>
            </a>
            <span className="nums">
              {say('{right} of {judged} judged alerts were right', { right, judged: right + wrong })}
              {precision !== null && ` (${Math.round(precision * 100)} %)`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function momentAddress(event: Pick<EventView, 'flow' | 'stream' | 'at'>): string {
  return addressOf(event.flow, { camera: event.stream, atMs: Date.parse(event.at), spanS: 600 })
}

function Found({ view, flows }: { view: HistoryView; flows: readonly FlowSummary[] }) {
  const query = queryOfHistory(view)
  const { events, total, totalIsAtLeast, hasMore, failure, more } = useEventPages(query)
  return (
    <section aria-label={say('What happened')}>
      <ReadFailure words={failure} hasOld={events !== null} />
      <div className="row history-found">
        <span className="small quiet nums" role="status" data-testid="history-total">
          {events &&
            (totalIsAtLeast ? say('More than {things}', { things: count(total, 'event') }) : count(total, 'event'))}
        </span>
        <span className="small">
          <a href={exportAddress(query, 'csv')} download data-testid="export-csv">
            {say('Take away as a table (CSV)')}
          </a>{' '}
          ·{' '}
          <a href={exportAddress(query, 'json')} download>
            {say('As JSON')}
          </a>
        </span>
      </div>
      {!events ? (
        !failure && <Skeletons count={4} height={88} />
      ) : events.length === 0 ? (
        <Empty icon={<IconHistory size={40} stroke={1.25} aria-hidden />}>
          {say('Nothing was found. Ask for less, or for another time.')}
        </Empty>
      ) : (
        <ul className="event-list surface" data-testid="history-list">
          {events.map((event) => (
            <EventRow key={event.id} event={event} flowName={placeOf(event, flows)} />
          ))}
        </ul>
      )}
      {hasMore && (
        <Button variant="default" mt={16} onClick={more} data-testid="older">
          {say('Read older ones')}
        </Button>
      )}
    </section>
  )
}

/** The page. */
export function HistoryPage() {
  useRoute()
  const flows = useFlows() ?? []
  const view = readHistory(location.search)
  const endMs = view.to === '' ? null : Date.parse(view.to)
  const timed = useTimeline({ flow: view.flow || undefined, stream: undefined }, { spanS: view.spanS, endMs })
  // A moment of all cameras is looked at where the one that is meant can be seen: at what happened, else as the end of the list.
  const choose = (atMs: number | null): void => {
    const mark = timed.lanes?.marks.find((each) => atMs !== null && Date.parse(each.at) === atMs)
    if (mark) return go(momentAddress(mark))
    change({ to: atMs === null || atMs >= serverNowMs() ? '' : new Date(atMs).toISOString() })
  }
  return (
    <Page title={say('History')} isWide>
      <div className="sections">
        <section className="surface history-time" aria-label={say('Time')}>
          <SpanTools
            spanS={view.spanS}
            setSpan={(spanS) => change({ spanS })}
            timed={timed}
            atMs={endMs}
            choose={choose}
          />
          <Dock timed={timed} atMs={null} film={[]} choose={choose} label={say('Timeline of all cameras')} />
        </section>
        <Filters view={view} flows={flows} />
        <Found view={view} flows={flows} />
        <Precision flows={flows} />
      </div>
    </Page>
  )
}
