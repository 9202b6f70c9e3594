// The four sides of a flow: drawn, watched, rehearsed, its versions. Links, so that one can be opened beside another.
import type { MouseEvent } from 'react'
import { rehearse } from '../commands/rehearse.ts'
import { useFlow } from '../store.ts'
import { closeVersions, openVersions, useVersions } from '../versions.ts'
import { follow } from './Rail.tsx'
import { say } from '../words/say.ts'

type Side = 'draw' | 'watch' | 'rehearse' | 'revisions'

const sides: readonly { side: Side; label: string; address: (id: string) => string; testId: string }[] = [
  { side: 'draw', label: say('Draw'), address: (id) => `/flows/${id}`, testId: 'flow-draw' },
  { side: 'watch', label: say('Watch'), address: (id) => `/watch/${id}`, testId: 'watch-link' },
  { side: 'rehearse', label: say('Rehearse'), address: (id) => `/rehearse/${id}`, testId: 'rehearse-button' },
  { side: 'revisions', label: say('Revisions'), address: (id) => `/flows/${id}/revisions`, testId: 'flow-revisions' },
]

/** `at`: the page they stand on. */
export function FlowTabs({ flowId, at }: { flowId: string; at: 'draw' | 'rehearse' }) {
  const isComparing = useVersions(({ flow }) => flow === flowId)
  const isOpen = useFlow(({ id }) => id === flowId)
  const now: Side = at === 'draw' && isComparing ? 'revisions' : at
  const choose = (event: MouseEvent<HTMLAnchorElement>, side: Side): void => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
    if (!isOpen || !isPlain || side === 'watch') return follow(event)
    // On the canvas: what is drawn is saved first, and the versions stand beside it.
    event.preventDefault()
    if (side === 'rehearse') void rehearse.run()
    else if (side === 'revisions') void openVersions()
    else closeVersions()
  }
  return (
    <nav className="flow-tabs" aria-label={say('This flow')}>
      {sides.map(({ side, label, address, testId }) => (
        <a
          key={side}
          href={address(flowId)}
          aria-current={side === now ? 'page' : undefined}
          data-side={side}
          onClick={(event) => choose(event, side)}
          data-testid={testId}
        >
          {label}
        </a>
      ))}
    </nav>
  )
}
