// What came to nobody: sent once more, or settled, one by one or all.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { Ago } from '../panels/Ago.tsx'
import { ConfirmButton } from '../panels/ConfirmButton.tsx'
import { follow } from '../panels/Rail.tsx'
import { say } from '../words/say.ts'
import { useRead } from '../queries.ts'
import { wordsOf } from '../words.ts'
import { failedQuery, systemApi } from './system-api.ts'

/** Nothing at all while nothing has failed. */
export function FailedList() {
  const { data: found, failure, again } = useRead(failedQuery)
  const [refusal, setRefusal] = useState<string | null>(null)
  const press = (work: Promise<unknown>): void =>
    void work.then(
      () => {
        setRefusal(null)
        again()
      },
      (error: unknown) => setRefusal(wordsOf(error)),
    )
  const words = refusal ?? failure
  if (!found || (found.total === 0 && !words)) return null
  return (
    <section aria-labelledby="failed-title">
      <h2 id="failed-title">{say('Did not arrive')}</h2>
      {words && (
        <div className="notice" data-tone="bad" role="alert">
          {words}
        </div>
      )}
      <ul className="check-list surface system-list" data-testid="failed">
        {found.deliveries.map(({ id, eventId, text, detail, at, attempts }) => (
          <li key={id}>
            <a href={`/inbox/${eventId}`} onClick={follow}>
              <strong className="two-lines">{text}</strong>
            </a>
            <span className="small">
              {detail} {say('Tried {n} times, last', { n: attempts })} <Ago at={at} />
            </span>
            <span className="row">
              <Button
                size="xs"
                variant="default"
                onClick={() => press(systemApi.retryDelivery(id))}
                data-testid="failed-retry"
              >
                {say('Send once more')}
              </Button>
              <Button
                size="xs"
                variant="subtle"
                onClick={() => press(systemApi.settleDelivery(id))}
                data-testid="failed-settle"
              >
                {say('Leave it')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {found.total > 1 && (
        <ConfirmButton
          size="xs"
          question={say('Leave all {n}?', { n: found.total })}
          onConfirm={() => press(systemApi.settleAll())}
        >
          {say('Leave all {n}', { n: found.total })}
        </ConfirmButton>
      )}
    </section>
  )
}
