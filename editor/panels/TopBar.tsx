// The bar over the canvas: the flow's name, how it runs, how saving stands in words, Deploy and Stop.
import { Button } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudOff,
  IconCloudUp,
  IconPlayerPlay,
  IconPlayerStop,
  IconUsers,
  IconShare,
  type Icon,
} from '@tabler/icons-react'
import { useMemo, useEffect, useState } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { OnAirMark } from '../canvas/ShareCamera.tsx'
import { StateMark } from '../canvas/StateMark.tsx'
import { useShares } from '../canvas/share-camera.ts'
import { deploy } from '../commands/deploy.ts'
import { shortcutWords } from '../commands/command.ts'
import { share } from '../commands/share.ts'
import { stop } from '../commands/stop.ts'
import { setFlowText } from '../graph/edit.ts'
import { runsTheSame } from '../graph/compare.ts'
import { nameOf } from '../graph/check.ts'
import { useOthers } from '../presence.ts'
import { useSignIn } from '../sign-in.ts'
import { useDeployed } from '../deployed.ts'
import { useLive } from '../live.ts'
import type { SaveState } from '../saving.ts'
import { changeFlow, useFlow } from '../store.ts'
import { FlowTabs } from './FlowTabs.tsx'
import { MuteButton } from './MuteButton.tsx'
import { isAwake } from './use-flows.ts'
import { say } from '../words/say.ts'
import { ApiError, api } from '../api.ts'
import { streamIdOf } from '../graph/cameras-of-node.ts'
import type { DeployChanges } from '../views.ts'
import { deployWords } from '../words.ts'

/** How saving stands, in words. */
export function saveWords(
  save: SaveState,
  unknownSince: string | null = null,
): { text: string; icon: Icon; tone: 'calm' | 'trouble' } {
  switch (save.kind) {
    case 'behind':
      return { text: say('Changed somewhere else, reading it'), icon: IconCloudUp, tone: 'calm' }
    case 'saved':
      // Whether somebody else has saved meanwhile is told over the feed.
      if (unknownSince !== null)
        return { text: say('Heed does not answer: there may be newer changes'), icon: IconCloudOff, tone: 'trouble' }
      return { text: say('All changes saved'), icon: IconCloudCheck, tone: 'calm' }
    case 'unsaved':
      return { text: say('Saving in a moment'), icon: IconCloudUp, tone: 'calm' }
    case 'saving':
      return { text: say('Saving…'), icon: IconCloudUp, tone: 'calm' }
    case 'offline':
      return {
        text: say('Not saved yet, trying again. Your changes are kept in this browser.'),
        icon: IconCloudOff,
        tone: 'trouble',
      }
    case 'refused':
      return { text: say('Not saved: {why}', { why: save.message }), icon: IconAlertTriangle, tone: 'trouble' }
    case 'conflict':
      return { text: say('Not saved: choose where both changed the same'), icon: IconAlertTriangle, tone: 'trouble' }
  }
}

function SaveMark() {
  const save = useFlow((open) => open.save)
  const unknownSince = useLive((live) => live.unknownSince)
  const { text, icon: Found, tone } = saveWords(save, unknownSince)
  return (
    <span
      className="save-state small"
      role="status"
      data-testid="save-state"
      data-save={save.kind}
      data-tone={tone}
      title={'message' in save ? save.message : undefined}
    >
      <Found size={16} aria-hidden />
      <span>{text}</span>
    </span>
  )
}

/** True while something is drawn that does not run yet. */
function useIsBehind(flowId: string): boolean {
  const runs = useDeployed((deployed) => (deployed.flow === flowId ? deployed.document : null))
  const drawn = useFlow((open) => open.history?.present)
  return useMemo(() => runs !== null && drawn !== undefined && !runsTheSame(runs, drawn), [runs, drawn])
}

function RunButtons({ flow, flowId, isReadOnly }: { flow: Flow; flowId: string; isReadOnly: boolean }) {
  const state = useLive((live) => live.status[flowId]?.state ?? 'stopped')
  const isDeploying = useFlow((open) => open.isDeploying)
  const isBlocked = useFlow((open) => open.save.kind === 'conflict' || (open.history?.present.nodes.length ?? 0) === 0)
  const isOn = isAwake(state)
  const isBehind = useIsBehind(flowId) && isOn
  return (
    <>
      {isBehind && !isReadOnly && <DeployNote flow={flow} flowId={flowId} />}
      {/* What has failed is still meant to run, until somebody says otherwise. */}
      {(isOn || state === 'failed') && (
        <Button
          variant="default"
          disabled={isDeploying}
          onClick={() => void stop.run()}
          data-testid="stop-button"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
        >
          {say('Stop')}
        </Button>
      )}
      {!(isOn && isReadOnly) && (
        <Button
          variant={isOn && !isBehind ? 'default' : 'filled'}
          loading={isDeploying}
          disabled={isBlocked}
          onClick={() => void deploy.run()}
          data-testid="deploy-button"
          title={shortcutWords('mod+enter')}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
        >
          {isBehind ? say('Deploy changes') : isOn ? say('Deploy again') : say('Deploy')}
        </Button>
      )}
    </>
  )
}

/** Who else has this flow open, and at which card. */
function Others({ flow, flowId }: { flow: Flow; flowId: string }) {
  const others = useOthers((state) => state.others)
  const types = useSignIn(({ types }) => types)
  const here = others.filter((other) => other.flow === flowId)
  if (here.length === 0) return null
  const cards = here.flatMap(({ node }) => flow.nodes.find(({ id }) => id === node) ?? [])
  const where = [...new Set(cards.map((card) => nameOf(card, types)))].join(', ')
  const who =
    here.length === 1
      ? say('Also open in another window')
      : say('Also open in {count} other windows', { count: here.length })
  return (
    <span className="small quiet save-state" role="status" data-testid="others">
      <IconUsers size={16} aria-hidden />
      <span>{where === '' ? who : say('{who}, at {where}', { who, where })}</span>
    </span>
  )
}

/** The name may be changed where it stands. */
export function TopBar({ flow, flowId, isReadOnly }: { flow: Flow; flowId: string; isReadOnly: boolean }) {
  const state = useLive((live) => live.status[flowId]?.state ?? 'stopped')
  const sharing = useShares(({ shares }) =>
    Object.keys(shares).some((id) => id.startsWith(`${flowId}-`) && shares[id]?.state === 'on-air'),
  )
  return (
    <header className="top-bar">
      <input
        className="flow-title"
        aria-label={say('Name of the flow')}
        value={flow.name}
        maxLength={200}
        readOnly={isReadOnly}
        data-testid="flow-name"
        onChange={(event) => {
          const name = event.currentTarget.value
          changeFlow((current) => setFlowText(current, 'name', name), 'flow-name')
        }}
        onBlur={(event) => {
          if (event.currentTarget.value.trim() === '')
            changeFlow((current) => setFlowText(current, 'name', say('Flow without a name')))
        }}
      />
      <span data-testid="flow-state" data-state={state}>
        <StateMark state={state} isWashed />
      </span>
      <FlowTabs flowId={flowId} at="draw" />
      {sharing && <OnAirMark label={say('Your camera is on air')} />}
      <SaveMark />
      <Others flow={flow} flowId={flowId} />
      <Button
        onClick={() => void share.run()}
        variant="subtle"
        size="compact-sm"
        leftSection={<IconShare size={16} aria-hidden />}
        data-testid="share-button"
      >
        {say('Share')}
      </Button>
      <MuteButton isSmall />
      <span className="top-actions">
        <RunButtons flow={flow} flowId={flowId} isReadOnly={isReadOnly} />
      </span>
    </header>
  )
}

// What pressing Deploy will do to what runs, in one quiet line beside the button. Says nothing while it is not known.
/** Asked again with every saved version, while something is drawn that does not run yet. */
function DeployNote({ flow, flowId }: { flow: Flow; flowId: string }) {
  const save = useFlow((open) => open.save.kind)
  const revision = useFlow((open) => open.revision)
  const types = useSignIn(({ types }) => types)
  const [changes, setChanges] = useState<DeployChanges | null>(null)
  useEffect(() => {
    if (save !== 'saved') return
    let isHere = true
    api.deployPreview(flowId).then(
      // A flow with problems says so on its cards.
      ({ changes: found, problems }) =>
        isHere && setChanges(problems.some(({ severity }) => severity === 'error') ? null : found),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error
        if (isHere) setChanges(null)
      },
    )
    return () => {
      isHere = false
    }
  }, [flowId, revision, save])
  if (!changes) return null
  const nameOf = (stream: string): string => {
    const node = flow.nodes.find(({ id }) => streamIdOf(flowId, id) === stream)
    return node?.name || types.get(node?.type ?? '')?.title || say('a camera')
  }
  return (
    <span className="deploy-note quiet small" role="status" data-testid="deploy-note">
      {deployWords(changes, nameOf)}
    </span>
  )
}
