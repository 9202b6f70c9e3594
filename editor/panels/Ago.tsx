// A time as people say it, exact on hover.
import { useNow } from '../now.ts'
import { ago, exact } from '../words.ts'

/** "12 s ago", renewed each second. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow()
  return (
    <time className="nums" dateTime={at ?? undefined} title={exact(at)}>
      {ago(at, now)}
    </time>
  )
}
