// On the System page: switches the Node-RED inside on and off, says what that means, how it does, and leads to its editor.
import { Anchor, Switch } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconClock } from '@tabler/icons-react'
import { useState } from 'react'
import { api } from '../api.ts'
import { follow } from '../panels/Rail.tsx'
import type { NodeRedView } from '../views.ts'
import { count, say } from '../words/say.ts'
import { nodeRedQuery, queries, useRead } from '../queries.ts'

function stateWords({ state, isOn }: NodeRedView): string {
  switch (state) {
    case 'running':
      return say('Running')
    case 'elsewhere':
      return say('Runs on another machine')
    case 'waiting':
      return say('Starts again')
    case 'starting':
      return say('Starting')
    case 'off':
      return isOn ? say('Starting') : say('Off')
  }
}

const signs = {
  running: { icon: IconCircleCheck, tone: 'running' },
  elsewhere: { icon: IconCircleCheck, tone: 'running' },
  starting: { icon: IconClock, tone: 'starting' },
  waiting: { icon: IconAlertTriangle, tone: 'degraded' },
  off: { icon: IconCircleDashed, tone: 'stopped' },
} as const

function facts({ crashes, entries, memoryBytes, version }: NodeRedView): string {
  return [
    version && say('Version {version}', { version }),
    memoryBytes !== null && say('about {mb} MB of memory', { mb: Math.round(memoryBytes / 1e6) }),
    entries.length > 0 && count(entries.length, 'entry', 'entries'),
    crashes > 0 && say('ended by itself {times} since Heed started', { times: count(crashes, 'time') }),
  ]
    .filter(Boolean)
    .join(' · ')
}

function State({ view }: { view: NodeRedView }) {
  const { icon: Found, tone } = signs[view.state]
  return (
    <ul className="check-list surface" data-testid="node-red-state" data-state={view.state}>
      <li className="check-row node-red-row">
        <Found size={20} color={`var(--state-${tone})`} aria-hidden />
        <strong>{stateWords(view)}</strong>
        <span className="quiet small check-facts">
          {view.reason ?? facts(view)}
          {view.at && (
            <>
              {' · '}
              {say('on another machine:')} <Anchor href={`${view.at}/system/node-red`}>{view.at}</Anchor>
            </>
          )}
        </span>
        {view.state === 'running' && !view.at && (
          <Anchor href="/system/node-red" onClick={follow} className="small node-red-open" data-testid="node-red-open">
            {say('Open its editor')}
          </Anchor>
        )}
      </li>
    </ul>
  )
}

/** The section of the System page. */
export function NodeRedSwitch() {
  const { data: view, failure } = useRead(nodeRedQuery)
  const [isBusy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)
  const change = async (isOn: boolean): Promise<void> => {
    setBusy(true)
    setTrouble(null)
    try {
      queries.setQueryData(nodeRedQuery.queryKey, await api.changeNodeRed({ isOn }))
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }
  const words = trouble ?? failure
  return (
    <section aria-labelledby="node-red-title" className="stack">
      <h2 id="node-red-title">Node-RED</h2>
      <p className="node-red-words">
        {say(
          'Node-RED is another builder of flows, with thousands of nodes for lamps, sirens, locks and sensors. Switched on, Heed runs one beside itself. Code from its palette runs with the rights of the user that Heed runs as: it can read and change what that user can. Install only what you trust.',
        )}
      </p>
      {view && (
        <Switch
          label={say('Run Node-RED beside Heed')}
          description={view.isForced ? say('Switched on by HEED_NODE_RED, which Heed was started with.') : undefined}
          checked={view.isOn}
          disabled={isBusy || view.isForced}
          onChange={(event) => void change(event.currentTarget.checked)}
          data-testid="node-red-switch"
        />
      )}
      {view?.isOn && <State view={view} />}
      {words && (
        <div className="notice" data-tone="bad" role="alert">
          {words}
        </div>
      )}
    </section>
  )
}
