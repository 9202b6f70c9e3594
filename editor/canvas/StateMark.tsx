// A state as icon, word and colour: never colour alone.
import {
  IconAlertTriangle,
  IconCircleX,
  IconFlag,
  IconHourglass,
  IconLoader,
  IconPlayerPlay,
  IconPlayerStop,
  IconQuestionMark,
  type Icon,
} from '@tabler/icons-react'
import type { CSSProperties } from 'react'
import type { StreamState } from '../../nodes/contract/events.ts'
import { useLive } from '../live.ts'
import { stateWords, timeOfDay } from '../words.ts'
import { say } from '../words/say.ts'

/** How something stands: as a stream does, or waiting for what does not come. */
export type Stand = StreamState | 'waiting'

const icons: Record<Stand, Icon> = {
  running: IconPlayerPlay,
  starting: IconLoader,
  degraded: IconAlertTriangle,
  failed: IconCircleX,
  waiting: IconHourglass,
  stopped: IconPlayerStop,
  finished: IconFlag,
}

function toneOf(state: Stand): CSSProperties {
  const name = state === 'waiting' ? 'stopped' : state
  return { '--tone': `var(--state-${name})`, '--wash': `var(--wash-${name})` } as CSSProperties
}

/** What runs is not known to run while Heed does not answer; what had ended, has ended. */
const doubtful: ReadonlySet<Stand> = new Set(['running', 'starting', 'degraded', 'waiting'])

/** `isWashed` draws it as a pill, for bars and lists. */
export function StateMark({ state, isWashed, word }: { state: Stand; isWashed?: boolean; word?: string }) {
  const unknownSince = useLive((live) => live.unknownSince)
  if (unknownSince !== null && doubtful.has(state)) {
    return (
      <span
        className="state-mark"
        data-state="unknown"
        data-washed={isWashed || undefined}
        style={toneOf('stopped')}
        title={say('Heed does not answer, so nobody knows how this is now.')}
      >
        <IconQuestionMark size={15} stroke={2} aria-hidden />
        {say('Unknown since {when}', { when: timeOfDay(unknownSince) })}
      </span>
    )
  }
  const Found = icons[state]
  return (
    <span className="state-mark" data-state={state} data-washed={isWashed || undefined} style={toneOf(state)}>
      <Found size={15} stroke={2} aria-hidden />
      {word ?? (state === 'waiting' ? say('Waiting') : stateWords[state])}
    </span>
  )
}
