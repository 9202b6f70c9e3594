// A state as icon, word and colour: never colour alone.
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconFlag,
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

const icons: Record<StreamState, Icon> = {
  running: IconPlayerPlay,
  starting: IconLoader,
  degraded: IconAlertTriangle,
  failed: IconCircleX,
  stopped: IconPlayerStop,
  finished: IconFlag,
}

function toneOf(state: StreamState): CSSProperties {
  return { '--tone': `var(--state-${state})`, '--wash': `var(--wash-${state})` } as CSSProperties
}

/** What runs is not known to run while Heed does not answer; what had ended, has ended. */
const doubtful: ReadonlySet<StreamState> = new Set(['running', 'starting', 'degraded'])

/** `isWashed` draws it as a pill, for bars and lists. */
export function StateMark({ state, isWashed, word }: { state: StreamState; isWashed?: boolean; word?: string }) {
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
  const Found = icons[state] ?? IconCircleCheck
  return (
    <span className="state-mark" data-state={state} data-washed={isWashed || undefined} style={toneOf(state)}>
      <Found size={15} stroke={2} aria-hidden />
      {word ?? stateWords[state] ?? state}
    </span>
  )
}
