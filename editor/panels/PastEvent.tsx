// What a past event is good for afterwards: it becomes a test of its flow with one press, or it is sent once through the flow as it is now.
import { Button } from '@mantine/core'
import { IconBellRinging, IconBellOff, IconRepeat } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { api } from '../api.ts'
import type { EventView, PastTest } from '../views.ts'
import { say } from '../words/say.ts'
import { follow } from './Rail.tsx'

const lookMs = 700

function testWords({ clip, isNew, of, revision }: PastTest, must: Exclude<Deed, 'replay'>): string {
  if (!isNew) return say('This is a test of the flow already.')
  return [
    must === 'fire'
      ? say('From now on the flow is tested on it: this must fire.')
      : say('From now on the flow is tested on it: this must stay silent.'),
    of === 'clip' ? '' : say('Its pictures are kept as the clip {clip}.', { clip }),
    say('The test is in revision {revision}.', { revision }),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Deed = 'fire' | 'stay-silent' | 'replay'

/** What was pressed, and what came of it, in words. */
function useDeeds(event: EventView) {
  const [words, setWords] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState<Deed | null>(null)
  const isHere = useRef(true)
  useEffect(() => {
    isHere.current = true
    return () => {
      isHere.current = false
    }
  }, [])
  const replay = async (): Promise<string> => {
    const { id } = await api.replayEvent(event.id)
    for (;;) {
      const { replay: came, state } = await api.rehearsal(id)
      if (state === 'running' && isHere.current) await new Promise((resolve) => setTimeout(resolve, lookMs))
      else if (came?.said === undefined || came.said === null) return say('It was not replayed to the end.')
      else return say('The flow as it is now {said}.', { said: came.said })
    }
  }
  const press = (deed: Deed): void => {
    setBusy(deed)
    setFailure(null)
    setWords(null)
    const work = deed === 'replay' ? replay() : api.makeTest(event.id, deed).then((made) => testWords(made, deed))
    work
      .then((said) => isHere.current && setWords(said))
      .catch((error: unknown) => isHere.current && setFailure(messageOf(error)))
      .finally(() => isHere.current && setBusy(null))
  }
  return { busy, failure, press, words }
}

const deeds: { deed: Deed; label: string; icon: typeof IconRepeat }[] = [
  { deed: 'fire', label: say('This must fire'), icon: IconBellRinging },
  { deed: 'stay-silent', label: say('This must stay silent'), icon: IconBellOff },
  { deed: 'replay', label: say('Replay it'), icon: IconRepeat },
]

/** Buttons and what came of them; on the page of an event that something was said about. */
export function PastEvent({ event }: { event: EventView }) {
  const { busy, failure, press, words } = useDeeds(event)
  return (
    <section className="stack-tight" aria-label={say('Learn from it')} data-testid="past-event">
      <div className="row">
        {deeds.map(({ deed, label, icon: Found }) => (
          <Button
            key={deed}
            variant="default"
            size="sm"
            loading={busy === deed}
            disabled={busy !== null && busy !== deed}
            leftSection={<Found size={16} aria-hidden />}
            onClick={() => press(deed)}
            data-testid={`past-${deed}`}
          >
            {label}
          </Button>
        ))}
      </div>
      {words !== null && (
        <p className="small" role="status" data-testid="past-words">
          {words}{' '}
          <a href={`/flows/${event.flow}`} onClick={follow}>
            {say('Open the flow')}
          </a>
        </p>
      )}
      <p className="small quiet">
        <a href={`/api/flows/${event.flow}/labelled-time`} download data-testid="past-labelled">
          {say('Download what this flow was taught, for training a model')}
        </a>
      </p>
      {failure !== null && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </section>
  )
}
