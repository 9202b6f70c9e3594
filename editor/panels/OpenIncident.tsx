// What nobody has taken yet, on every page until somebody has: its own place above the page, so that it covers nothing one presses.
import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useShownAlarm, useUnseen } from '../event-pages.ts'
import { isTrouble } from '../graph/alerts.ts'
import { acknowledge, useLive } from '../live.ts'
import { useRoute, type Route } from '../route.ts'
import type { EventView } from '../views.ts'
import { count, say } from '../words/say.ts'
import { eventKindWords, secondLookWords } from '../words.ts'
import { Ago } from './Ago.tsx'
import { follow } from './Rail.tsx'
import { useFlowList } from '../queries.ts'

function SeenButton({ event }: { event: EventView }) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const press = (): void => {
    setBusy(true)
    setFailure(null)
    acknowledge(event.id)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false))
  }
  return (
    <>
      {failure && (
        <span role="alert" className="small">
          {failure}
        </span>
      )}
      <Button
        size="xs"
        variant="default"
        className="open-incident-button"
        loading={isBusy}
        onClick={press}
        leftSection={<IconCheck size={15} aria-hidden />}
        data-testid="toast-acknowledge"
      >
        {say('I have seen it')}
      </Button>
    </>
  )
}

/** They show it by themselves. */
const withoutBar: ReadonlySet<Route['page']> = new Set(['home', 'inbox', 'event'])

/** Mounted once. */
export function OpenIncident() {
  const route = useRoute()
  const { newest, unseen } = useUnseen()
  const flows = useFlowList()
  const shown = useShownAlarm(({ id }) => id)
  // Taken a moment ago; the server's count comes a moment later.
  const isTaken = useLive(({ events }) => events.some(({ id, acknowledgedAt }) => id === newest?.id && acknowledgedAt))
  if (!newest || withoutBar.has(route.page) || newest.id === shown || isTaken) return null
  const flow = flows?.find(({ id }) => id === newest.flow)?.name
  const more = (unseen ?? 1) - 1
  return (
    <section
      className="open-incident"
      data-trouble={isTrouble(newest) || undefined}
      aria-label={say('Open incident')}
      data-testid="toast"
    >
      {newest.frame ? <img src={newest.frame.url} alt="" /> : <IconAlertTriangle size={24} aria-hidden />}
      <a className="open-incident-words" href={`/inbox/${newest.id}`} onClick={follow}>
        {/* Without the time below, which would be read out again each minute. */}
        <strong className="two-lines" aria-live="assertive">
          {newest.text || eventKindWords(newest.kind)}
        </strong>
        <span className="small clip-text">
          {flow !== undefined && `${flow}, `}
          <Ago at={newest.at} />
          {newest.secondLook && ` · ${secondLookWords(newest.secondLook)}`}
        </span>
      </a>
      {more > 0 && (
        <a className="small open-incident-more" href="/inbox" onClick={follow}>
          {say('{things} in the inbox', { things: count(more, 'more alert') })}
        </a>
      )}
      <SeenButton key={newest.id} event={newest} />
    </section>
  )
}
