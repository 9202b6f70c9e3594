// What the link in a message opens, on any phone and without an account: the picture, the sentence, one big button, whom to call.
// Works half asleep and with one hand: nothing else is on it.
import { Button } from '@mantine/core'
import { IconCheck, IconPhone } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import { api } from '../api.ts'
import { Ago } from '../panels/Ago.tsx'
import { SecondLookLine } from '../panels/SecondLook.tsx'
import type { LinkedEventView } from '../views.ts'
import { seenByWords } from '../words.ts'
import { say } from '../words/say.ts'

function useLink(token: string) {
  const [event, setEvent] = useState<LinkedEventView | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const say = (error: unknown): void => setFailure(error instanceof Error ? error.message : String(error))
  const read = useCallback(() => api.linkedEvent(token).then(setEvent), [token])
  useEffect(() => void read().catch(say), [read])
  const press = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      setEvent(await api.acknowledgeLink(token))
    } catch (error) {
      // Somebody may have been quicker: then that is what the page shows.
      await read().catch(() => undefined)
      say(error)
    }
    setBusy(false)
  }
  return { event, failure, isBusy, press }
}

/** A number as a phone wants it: "Ana +34 600 000 000" dials +34600000000. */
export function toDial(label: string): string {
  const digits = /[+\d][\d\s()./-]{2,}/.exec(label)?.[0] ?? ''
  return `tel:${digits.replace(/[^\d+]/g, '')}`
}

function Calls({ numbers }: { numbers: readonly string[] }) {
  return numbers.map((number) => (
    <Button
      key={number}
      component="a"
      href={toDial(number)}
      variant="default"
      size="md"
      fullWidth
      leftSection={<IconPhone size={20} aria-hidden />}
      data-testid="call"
    >
      {say('Call {number}', { number })}
    </Button>
  ))
}

/** The page of one signed link. */
export function AcknowledgePage({ token }: { token: string }) {
  const { event, failure, isBusy, press } = useLink(token)
  const problem = failure && (
    <div className="notice" data-tone="bad" role="alert">
      {failure}
    </div>
  )
  if (!event)
    return (
      <main className="link-page" id="main">
        <h1>{say('Heed')}</h1>
        {problem ?? <div className="skeleton" style={{ height: 240 }} role="status" aria-label={say('Reading')} />}
      </main>
    )
  return (
    <main className="link-page" id="main">
      {event.hasFrame && (
        <img
          className="alert-picture"
          src={`/api/acknowledge/${token}/frame`}
          alt={say('The picture at that moment')}
          data-testid="link-picture"
        />
      )}
      <h1 className="link-words">{event.text}</h1>
      <p className="quiet">
        {event.flow === '' ? null : <>{event.flow}, </>}
        <Ago at={event.at} />
      </p>
      <SecondLookLine look={event.secondLook} />
      <div className="stack link-actions">
        {event.acknowledgedAt ? (
          <p className="notice" data-tone="ok" role="status" data-testid="acknowledged">
            <IconCheck size={18} aria-hidden /> {say('Seen by {who}', { who: seenByWords(event.acknowledgedBy) })}{' '}
            <Ago at={event.acknowledgedAt} />
            {say('. You can close this page.')}
          </p>
        ) : (
          <div className="big-action">
            <Button
              fullWidth
              loading={isBusy}
              onClick={() => void press()}
              leftSection={<IconCheck size={24} aria-hidden />}
              data-testid="acknowledge"
            >
              {say('I have seen it')}
            </Button>
          </div>
        )}
        {!event.acknowledgedAt && problem}
        <Calls numbers={event.call} />
      </div>
    </main>
  )
}
