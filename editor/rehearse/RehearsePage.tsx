// Rehearses a flow on recorded video before anybody relies on it: what it would have said and sent, when, why it was silent in between,
// and whether that is what the flow's tests ask for. Nothing is sent.
import { Button, NativeSelect, Progress } from '@mantine/core'
import { IconMovie, IconX } from '@tabler/icons-react'
import { useEffect } from 'react'
import { FlowTabs } from '../panels/FlowTabs.tsx'
import { Empty, Page, Skeletons } from '../panels/Page.tsx'
import type { Rehearsal } from '../views.ts'
import { timeOfDay } from '../words.ts'
import { Outcome } from './Outcome.tsx'
import { basisWords, fileName, summaryWords } from './rehearse-words.ts'
import {
  cancelRehearsal,
  closeRehearsals,
  compareWith,
  openRehearsals,
  showRehearsal,
  useRehearsing,
} from './rehearsal-store.ts'
import { TryInstruction } from './TryInstruction.tsx'
import { Wishes } from './Wishes.tsx'
import './rehearse.css'
import { useLive } from '../live.ts'
import { say } from '../words/say.ts'

function Running({ now }: { now: Rehearsal }) {
  return (
    <div className="stack-tight" role="status" data-testid="rehearse-progress">
      {now.clips.map(({ clip, progress }) => (
        <div key={clip} className="rehearse-progress">
          <span className="small">{fileName(clip)}</span>
          <Progress
            value={Math.max(2, progress * 100)}
            aria-label={say('How far {fileName} is', { fileName: fileName(clip) })}
          />
        </div>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => void cancelRehearsal()}
        leftSection={<IconX size={16} aria-hidden />}
        data-testid="rehearse-cancel"
        style={{ alignSelf: 'start' }}
      >
        {say('Cancel')}
      </Button>
    </div>
  )
}

const stateNames: Record<Rehearsal['state'], string> = {
  running: say('Running'),
  finished: '',
  failed: say('Failed'),
  cancelled: say('Cancelled'),
}

function labelOf(rehearsal: Rehearsal): string {
  const words = [timeOfDay(rehearsal.createdAt), basisWords(rehearsal), stateNames[rehearsal.state]]
  return words.filter((each) => each !== '').join(' · ')
}

/** Earlier ones: which is shown, and which it is held against. */
function Earlier() {
  const { before, list, now } = useRehearsing()
  if (!now || list.length < 2) return null
  const finished = list.filter(({ id, state }) => state === 'finished' && id !== now.id)
  return (
    <div className="stack-tight">
      <NativeSelect
        label={say('Shown')}
        value={now.id}
        onChange={(event) => void showRehearsal(event.currentTarget.value)}
        data={list.map((each) => ({ value: each.id, label: labelOf(each) }))}
        data-testid="rehearse-shown"
      />
      {finished.length > 0 && (
        <NativeSelect
          label={say('Compared with')}
          value={before?.id ?? ''}
          onChange={(event) => void compareWith(event.currentTarget.value || null)}
          data={[
            { value: '', label: say('Nothing') },
            ...finished.map((each) => ({ value: each.id, label: `${labelOf(each)} · ${summaryWords(each)}` })),
          ]}
          data-testid="rehearse-compared"
        />
      )}
    </div>
  )
}

function Failure() {
  const failure = useRehearsing((state) => state.failure)
  if (failure === null) return null
  return (
    <div className="notice" data-tone="bad" role="alert" data-testid="rehearse-failure">
      {failure}
    </div>
  )
}

function Shown() {
  const now = useRehearsing((state) => state.now)
  const before = useRehearsing((state) => state.before)
  if (!now)
    return (
      <Empty icon={<IconMovie size={48} stroke={1.25} aria-hidden />}>
        {say(
          'Nothing was rehearsed yet. Choose a clip and press Rehearse: it runs as fast as the model looks, and sends nothing.',
        )}
      </Empty>
    )
  return (
    <>
      {now.state === 'running' && <Running now={now} />}
      <Outcome rehearsal={now} before={now.state === 'finished' ? before : null} />
    </>
  )
}

/** The page of one flow. */
export function RehearsePage({ id }: { id: string }) {
  useEffect(() => {
    void openRehearsals(id)
    return closeRehearsals
  }, [id])
  const name = useRehearsing((state) => state.stored?.document.name)
  // What could not be opened while Heed was away opens when it is back.
  const connects = useLive((live) => live.connects)
  useEffect(() => {
    const { stored, failure } = useRehearsing.getState()
    if (stored === null && failure !== null) void openRehearsals(id)
  }, [id, connects])
  const hasFailed = useRehearsing((state) => state.failure !== null)
  const now = useRehearsing((state) => state.now)
  if (name === undefined)
    return (
      <Page title={say('Rehearse')}>
        <Failure />
        {!hasFailed && <Skeletons count={2} height={240} />}
      </Page>
    )
  return (
    <Page title={say('Rehearse {name}', { name })} isWide aside={<FlowTabs flowId={id} at="rehearse" />}>
      <div className="rehearse" data-testid="rehearse" data-has-result={now !== null || undefined}>
        <aside className="rehearse-side" aria-label={say('What is rehearsed')}>
          <Wishes />
          {now && <TryInstruction key={now.id} now={now} />}
          <Earlier />
        </aside>
        <div className="rehearse-main">
          <Failure />
          <Shown />
        </div>
      </div>
    </Page>
  )
}
