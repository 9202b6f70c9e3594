// Rehearses a flow on recorded video before anybody relies on it: choose clips, run, and see what would have been said and sent, when,
// and whether that is what the flow's tests ask for. Nothing is sent.
import { Button, Checkbox, Drawer, Progress } from '@mantine/core'
import { IconPlayerPlay, IconX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { useFlow } from '../store.ts'
import type { MediaFile } from '../views.ts'
import { cancelRehearsal, closeRehearsals, rehearse, useRehearsing } from './rehearsal-store.ts'
import { Outcome } from './Outcome.tsx'
import './rehearse.css'
import { say } from '../words/say.ts'

function useClips(): { clips: MediaFile[] | null; failure: string | null } {
  const [clips, setClips] = useState<MediaFile[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    let isMine = true
    api
      .media()
      .then((found) => isMine && setClips(found))
      .catch((error: unknown) => isMine && setFailure(error instanceof Error ? error.message : String(error)))
    return () => {
      isMine = false
    }
  }, [])
  return { clips, failure }
}

/** The clips of the flow's own tests. */
function tested(tests: unknown): string[] {
  return (Array.isArray(tests) ? (tests as unknown[]) : []).flatMap((test) =>
    typeof test === 'object' && test !== null && 'clip' in test && typeof test.clip === 'string' ? [test.clip] : [],
  )
}

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

function Choose({ flow, isRunning }: { flow: string; isRunning: boolean }) {
  const { clips, failure } = useClips()
  const tests = useFlow((state) => state.history?.present['tests'])
  const [chosen, setChosen] = useState<readonly string[] | null>(null)
  if (failure !== null)
    return (
      <div className="notice" data-tone="bad" role="alert">
        {failure}
      </div>
    )
  if (clips === null)
    return <div className="skeleton" style={{ height: 120 }} role="status" aria-label={say('Reading')} />
  if (clips.length === 0)
    return (
      <p className="quiet">
        {say('There is no clip here yet. Upload one in the settings of a camera, then rehearse on it.')}
      </p>
    )
  const names = new Set(tested(tests).map(fileName))
  const ticked = chosen ?? clips.filter(({ path }) => names.has(fileName(path))).map(({ path }) => path)
  return (
    <>
      <Checkbox.Group label={say('On which clips?')} value={[...ticked]} onChange={setChosen}>
        <div className="rehearse-clips">
          {clips.map(({ path }) => (
            <Checkbox key={path} value={path} label={fileName(path)} data-testid={`rehearse-clip-${fileName(path)}`} />
          ))}
        </div>
      </Checkbox.Group>
      <Button
        onClick={() => void rehearse(flow, ticked)}
        disabled={ticked.length === 0 || isRunning}
        leftSection={<IconPlayerPlay size={18} aria-hidden />}
        data-testid="rehearse-run"
      >
        {say('Rehearse')}
      </Button>
    </>
  )
}

/** The panel; closed while no flow is rehearsed. */
export function Rehearse() {
  const { flow, now, before, failure } = useRehearsing()
  return (
    <Drawer
      opened={flow !== null}
      onClose={closeRehearsals}
      position="right"
      size={640}
      title={<h2>{say('Rehearse')}</h2>}
      closeButtonProps={{ 'aria-label': say('Close') }}
    >
      {flow !== null && (
        <div className="rehearse-panel" data-testid="rehearse">
          <p className="quiet">
            {say('What would it have said and sent? It runs as fast as the model looks, and sends nothing.')}
          </p>
          {failure !== null && (
            <div className="notice" data-tone="bad" role="alert" data-testid="rehearse-failure">
              {failure}
            </div>
          )}
          <Choose flow={flow} isRunning={now?.state === 'running'} />
          {now?.state === 'running' && (
            <div className="rehearse-progress">
              <Progress value={Math.max(2, now.progress * 100)} aria-label={say('How far it is')} />
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => void cancelRehearsal()}
                leftSection={<IconX size={16} aria-hidden />}
              >
                {say('Cancel')}
              </Button>
            </div>
          )}
          {now && <Outcome rehearsal={now} before={now.state === 'finished' ? before : null} />}
        </div>
      )}
    </Drawer>
  )
}
