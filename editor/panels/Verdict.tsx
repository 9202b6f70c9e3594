// Right or wrong, said of an alert afterwards; and what all that was said comes to for its flow.
import { Button } from '@mantine/core'
import { IconThumbDown, IconThumbUp } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { takeEvents } from '../live.ts'
import type { EventView } from '../views.ts'
import { say } from '../words/say.ts'

type Verdict = NonNullable<EventView['verdict']>
const choices: { verdict: Verdict; label: string; icon: typeof IconThumbUp }[] = [
  { verdict: 'right', label: say('Right'), icon: IconThumbUp },
  { verdict: 'wrong', label: say('False alarm'), icon: IconThumbDown },
]

/** On an alert's page. Pressed again it is taken back. */
export function VerdictOf({ event }: { event: EventView }) {
  const [failure, setFailure] = useState<string | null>(null)
  const [words, setWords] = useState<string | null>(null)
  const { flow, verdict } = event
  useEffect(() => {
    let isHere = true
    api.precision(flow).then(
      ({ right, wrong }) =>
        isHere &&
        setWords(
          right + wrong === 0
            ? null
            : say('{right} of {judged} judged alerts of this flow were right.', { right, judged: right + wrong }),
        ),
      () => undefined,
    )
    return () => {
      isHere = false
    }
  }, [flow, verdict])
  const press = (chosen: Verdict): void =>
    void api.rateAlert(event.id, verdict === chosen ? null : chosen).then(
      (judged) => {
        setFailure(null)
        takeEvents([judged])
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
  return (
    <div className="stack-tight">
      <div className="row" role="group" aria-label={say('Was this alert right?')}>
        {choices.map(({ verdict: each, label, icon: Found }) => (
          <Button
            key={each}
            size="sm"
            variant={verdict === each ? 'filled' : 'default'}
            aria-pressed={verdict === each}
            leftSection={<Found size={16} aria-hidden />}
            onClick={() => press(each)}
            data-testid={`verdict-${each}`}
          >
            {label}
          </Button>
        ))}
      </div>
      {words && (
        <p className="small quiet nums" data-testid="precision">
          {words}
        </p>
      )}
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </div>
  )
}
