// One flow: palette, canvas, inspector, drawer, and the bar above them. On a phone it is for watching, not for drawing.
import { Button, CloseButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, type MouseEvent } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { Canvas } from '../canvas/Canvas.tsx'
import { useTools } from '../canvas/tools.ts'
import { showCard } from '../canvas/view.ts'
import { useShortcuts } from '../commands/all.ts'
import { usePasted } from '../commands/paste.ts'
import { rename } from '../commands/rename.ts'
import { usePresence } from '../presence.ts'
import { readDeployed } from '../deployed.ts'
import { readFlow, useLive } from '../live.ts'
import { readNeeds, showNeeds, useNeeds } from '../needs.ts'
import '../needs.css'
import { closeVersions, openVersions, useVersions } from '../versions.ts'
import { closeFlow, inspect, openFlow, select, useFlow } from '../store.ts'
import { ForeignReport } from '../sharing/ForeignReport.tsx'
import { readFlowTemplate } from '../templates/flow-template.ts'
import { NewerNotice } from '../templates/FlowTemplate.tsx'
import { CanvasTools, openMenu } from './CanvasTools.tsx'
import { ConflictPanel } from './ConflictPanel.tsx'
import { TraceBar } from './Trace.tsx'
import { Drawer } from './Drawer.tsx'
import { Inspector } from './Inspector.tsx'
import { NeedsNotice, NeedsPanel } from './NeedsPanel.tsx'
import { Page, Skeletons } from './Page.tsx'
import { Palette } from './Palette.tsx'
import { Toolbar } from './Toolbar.tsx'
import { VersionsPanel } from './VersionsPanel.tsx'
import { TopBar } from './TopBar.tsx'
import { isAwake } from './use-flows.ts'
import { say } from '../words/say.ts'
import { useRead, statusQuery } from '../queries.ts'
import { forgetRefusal, useDrawing } from '../canvas/drawing.ts'
import { placeAtEnd } from '../canvas/placing.ts'
import { fittingTypes } from '../graph/suggest.ts'
import { rankTypes } from '../graph/search.ts'
import { NamedIcon } from '../icons.tsx'
import { useSignIn } from '../sign-in.ts'
import { Finder, type Choice } from './Finder.tsx'

/** Reads what runs at the start, after each reconnect, and now and then in between. */
function useLiveFlow(id: string): void {
  const connects = useLive((live) => live.connects)
  useEffect(() => void readFlow(id), [id, connects])
  useRead(statusQuery(id))
  const status = useLive((live) => live.status[id])
  const runs = status && isAwake(status.state) ? (status.deployment?.revision ?? null) : null
  useEffect(() => void readDeployed(id, runs), [id, runs, status])
}

const needCodes = [
  'HOST_NOT_APPROVED',
  'RECEIVER_NOT_APPROVED',
  'COMMAND_NOT_APPROVED',
  'NODERED_NOT_APPROVED',
  'NODE_CONNECTION_MISSING',
  'NODE_TYPE_UNKNOWN',
]

/** Reads what the flow needs when it opens, and after each check for as long as something is open. */
function useFlowNeeds(id: string): void {
  const problems = useFlow((open) => open.problems)
  useEffect(() => {
    const { flow, isImported } = useNeeds.getState()
    if (flow !== id || isImported || problems.some(({ code }) => needCodes.includes(code))) void readNeeds(id)
  }, [id, problems])
}

function Failure() {
  const deployError = useFlow((open) => open.deployError)
  const culprit = useFlow(
    (open) => open.problems.find((problem) => problem.severity === 'error' && problem.node !== null)?.node,
  )
  if (!deployError) return null
  const show = (id: string): void => {
    select({ nodes: [id] })
    useTools.setState({ tab: 'settings' })
    inspect(true)
    showCard(id)
  }
  return (
    <div className="notice page-notice" data-tone="bad" role="alert" data-testid="deploy-error">
      <span style={{ flex: 1 }}>{deployError}</span>
      {culprit && (
        <Button size="compact-sm" variant="default" onClick={() => show(culprit)} data-testid="show-problem">
          {say('Show the card')}
        </Button>
      )}
      <CloseButton size="sm" aria-label={say('Close')} onClick={() => useFlow.setState({ deployError: null })} />
    </div>
  )
}

/** What did not come along unchanged when another program's flow was pasted. */
function PastedReport({ flowId }: { flowId: string }) {
  const { flow, report } = usePasted()
  const isToTell = flow === flowId && report.some(({ became, isExact }) => became === 'placeholder' || !isExact)
  if (!isToTell) return null
  return (
    <div className="notice page-notice" data-tone="warn" role="status" data-testid="pasted-report">
      <div style={{ flex: 1 }}>
        <ForeignReport report={report} />
      </div>
      <CloseButton size="sm" aria-label={say('Close')} onClick={() => usePasted.setState({ flow: null, report: [] })} />
    </div>
  )
}

function EmptyCanvas() {
  return (
    <div className="canvas-hint">
      <p>
        <strong>{say('An empty canvas.')}</strong>{' '}
        {say(
          'Drag a Camera from the left, or click it. Then wire it: camera, AdaCodec, interaction model, notification.',
        )}
      </p>
    </div>
  )
}

/** Whoever came by keyboard goes on there: in the panel's first field. */
function openByKey(): void {
  inspect(true)
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>('.inspector-body input, .inspector-body textarea')?.focus(),
  )
}

/** Under the pointer; by the menu key, at the thing that has the focus. */
function menuPlace(event: MouseEvent): { x: number; y: number } {
  if (event.clientX !== 0 || event.clientY !== 0) return { x: event.clientX, y: event.clientY }
  const box = (event.target as Element).getBoundingClientRect()
  return { x: box.left + 16, y: box.top + 16 }
}

function menuOn(event: MouseEvent, flow: Flow): void {
  const target = event.target as Element
  if (!target.closest('.react-flow') || target.closest('input, textarea')) return
  event.preventDefault()
  openMenu(target, menuPlace(event), flow)
}

function Workbench({ flow, flowId, isPhone }: { flow: Flow; flowId: string; isPhone: boolean }) {
  const isInspecting = useFlow((open) => open.isInspecting)
  const isShowingNeeds = useNeeds((state) => state.isOpen && state.flow === flowId)
  const isComparing = useVersions((versions) => versions.flow === flowId)
  useEffect(() => closeVersions, [flowId])
  const isTight = useMediaQuery('(max-width: 1439px)', undefined, { getInitialValueInEffect: false })
  const openOnCard = (event: MouseEvent): void => {
    const target = event.target as HTMLElement
    if (target.closest('.port, button, select, input, a')) return
    if (target.closest('[data-node-id], .react-flow__edge')) {
      showNeeds(false)
      inspect(true)
    } else if (target.closest('.react-flow__pane')) inspect(false)
  }
  return (
    <div className="workbench">
      {!isPhone && (
        <Palette
          key={flowId}
          flowId={flowId}
          isAway={isTight && (isInspecting || isShowingNeeds || isComparing)}
          onShow={() => {
            if (!isTight) return
            inspect(false)
            showNeeds(false)
            closeVersions()
          }}
        />
      )}
      <div className="stage">
        <div
          className="stage-canvas"
          onClick={openOnCard}
          onContextMenu={(event) => !isPhone && menuOn(event, flow)}
          onKeyDown={(event) => {
            const { target } = event
            if (event.key !== 'Enter' || !(target as HTMLElement).matches('.react-flow__node')) return
            if ((target as HTMLElement).matches('.react-flow__node-card')) openByKey()
            else void rename.run()
          }}
        >
          <Canvas flow={flow} isReadOnly={isPhone} />
          {flow.nodes.length === 0 && <EmptyCanvas />}
          <Toolbar
            isReadOnly={isPhone}
            onAbout={() => {
              select({})
              inspect(true)
            }}
          />
          <ConflictPanel mine={flow} />
        </div>
        <TraceBar />
        <Drawer key={String(isPhone)} flowId={flowId} startsOpen={isPhone} />
      </div>
      {isComparing && !isPhone ? (
        <VersionsPanel flow={flow} />
      ) : isShowingNeeds ? (
        <NeedsPanel flow={flow} flowId={flowId} isPhone={isPhone} />
      ) : (
        isInspecting && !isPhone && <Inspector flow={flow} flowId={flowId} onClose={() => inspect(false)} />
      )}
    </div>
  )
}

/** The page of one flow. */
export function CanvasPage({ id, showsVersions = false }: { id: string; showsVersions?: boolean }) {
  const flow = useFlow((open) => (open.id === id ? open.history?.present : undefined))
  const loadError = useFlow((open) => open.loadError)
  const isPhone = useMediaQuery('(max-width: 760px)', undefined, { getInitialValueInEffect: false })
  useShortcuts(isPhone)
  useLiveFlow(id)
  useFlowNeeds(id)
  usePresence(id)
  useEffect(() => {
    void openFlow(id)
    void readFlowTemplate(id)
    return closeFlow
  }, [id])
  const isThere = flow !== undefined
  useEffect(() => {
    if (isThere && showsVersions) void openVersions()
  }, [isThere, showsVersions])
  if (loadError)
    return (
      <Page title={say('This flow cannot be opened')}>
        <div className="notice" data-tone="bad" role="alert">
          {loadError}
        </div>
      </Page>
    )
  if (!flow)
    return (
      <Page title={say('Flow')}>
        <Skeletons count={3} height={120} />
      </Page>
    )
  return (
    <main className="canvas-page" id="main" tabIndex={-1}>
      <h1 className="sr-only">{flow.name}</h1>
      <TopBar flow={flow} flowId={id} isReadOnly={isPhone} />
      <Failure />
      <PastedReport flowId={id} />
      <NeedsNotice />
      {!isPhone && <NewerNotice flowId={id} />}
      <Workbench flow={flow} flowId={id} isPhone={isPhone} />
      <WireRefused />
      <WireEnd />
      <CanvasTools isReadOnly={isPhone} />
    </main>
  )
}

/** Empty while nothing was refused; a screen reader hears it either way. */
function WireRefused() {
  const refused = useDrawing((drawing) => drawing.refused)
  const left = refused ? Math.max(8, Math.min(refused.at.x + 12, innerWidth - 336)) : 0
  const top = refused ? Math.max(8, Math.min(refused.at.y + 12, innerHeight - 120)) : 0
  return (
    <div role="status" aria-live="assertive">
      {refused && (
        <div className="wire-refused" style={{ left, top }} data-testid="wire-refused">
          <span>{refused.text}</span>
          <CloseButton size="sm" aria-label={say('Close')} onClick={forgetRefusal} />
        </div>
      )}
    </div>
  )
}

const close = (): void => useDrawing.setState({ asked: null })

/** Nothing while no wire waits for its end. */
function WireEnd() {
  const asked = useDrawing((drawing) => drawing.asked)
  const types = useSignIn(({ types }) => types)
  if (!asked) return null
  const { start, at } = asked
  const fits = fittingTypes(types.values(), start.kind, start.side === 'out' ? 'in' : 'out')
  const find = (words: string): Choice[] => {
    const fitting = fits.map(({ type }) => type)
    return (words.trim() === '' ? fitting : rankTypes(fitting, words)).map((type) => ({
      id: type.type,
      label: type.title,
      text: type.help.split('\n')[0] ?? '',
      icon: <NamedIcon name={type.icon} size={18} stroke={1.75} />,
    }))
  }
  return (
    <Finder
      label={start.side === 'out' ? say('Where does this wire lead?') : say('Where does this wire come from?')}
      placeholder={start.side === 'out' ? say('Then what?') : say('From what?')}
      none={say('No card that fits is called that.')}
      find={find}
      at={at}
      onClose={close}
      onChoose={(id) => {
        const fit = fits.find(({ type }) => type.type === id)
        close()
        if (fit) placeAtEnd(start, fit, at)
      }}
    />
  )
}
