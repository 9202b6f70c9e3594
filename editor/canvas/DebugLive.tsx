// What passed a debug card, the newest first. Words from outside are shown letter by letter, never as markup.
import { Ago } from '../panels/Ago.tsx'
import type { CardView } from './card-view.ts'

interface Passed {
  at: string
  text: string
  fields?: string
}

function isPassed(value: unknown): value is Passed {
  const one = value as Partial<Passed> | null
  return typeof one === 'object' && one !== null && typeof one.at === 'string' && typeof one.text === 'string'
}

/** The messages a status carries, whoever wrote it; null when it carries none. */
export function passedIn(view: CardView): Passed[] | null {
  const last = view.status?.data?.['last']
  return Array.isArray(last) ? last.filter(isPassed).reverse() : null
}

/** The live area of a card that shows what passes. */
export function DebugLive({ view, most = 3 }: { view: CardView; most?: number }) {
  const passed = passedIn(view) ?? []
  return (
    <div className="live" data-testid="debug-live">
      {view.status && <p className="live-words">{view.status.text}</p>}
      {passed.slice(0, most).map((one, index) => (
        <p key={`${one.at} ${index}`} className="live-words small" data-testid="debug-passed">
          {one.text} {one.fields && <code>{one.fields}</code>}{' '}
          <span className="quiet">
            <Ago at={one.at} />
          </span>
        </p>
      ))}
    </div>
  )
}
