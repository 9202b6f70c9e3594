// What a second, stronger model said of an alert: beside the alert itself, wherever it is shown.
import type { SecondLook } from '../../nodes/contract/events.ts'
import { secondLookWords } from '../words.ts'

/** Nothing where nobody looked twice. */
export function SecondLookLine({ look }: { look: SecondLook | null | undefined }) {
  const words = secondLookWords(look)
  return (
    words !== null && (
      <p className="second-look" data-said={look?.said} data-testid="second-look">
        {words}
      </p>
    )
  )
}
