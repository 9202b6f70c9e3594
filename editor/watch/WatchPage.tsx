// One flow for looking at, on a wall or in a hand: the picture as large as the screen, what is said on it, and the time below it to go
// back through. Changes no flow.
import { ActionIcon } from '@mantine/core'
import { IconAspectRatio, IconLayoutGrid, IconMaximize, IconMinimize, IconSchema } from '@tabler/icons-react'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { does, type Trait } from '../../nodes/contract/traits.ts'
import type { StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { api } from '../api.ts'
import { isWaiting } from '../graph/alerts.ts'
import { cardNames } from '../../nodes/contract/card-names.ts'
import type { SpanS } from '../graph/time-lanes.ts'
import { readFlow, useLive } from '../live.ts'
import { MuteButton } from '../panels/MuteButton.tsx'
import { Page, Skeletons } from '../panels/Page.tsx'
import { follow } from '../panels/Rail.tsx'
import { isAwake } from '../panels/use-flows.ts'
import { useSignIn } from '../sign-in.ts'
import type { EventView, NodeTypes } from '../views.ts'
import { say } from '../words/say.ts'
import { readShown, show, type Shown } from './address.ts'
import { Controls } from './Controls.tsx'
import { Dock, SpanTools } from './Dock.tsx'
import { Now, StartButton, Then } from './Stage.tsx'
import { useFilm, useMoment, useTimeline, type Timed } from './use-past.ts'
import './watch-page.css'
import { useRead, statusQuery } from '../queries.ts'

const said = ['response.given', 'answer.received', 'delegation.made', 'message.sent']
/** What a person says or switches on this page stands where it was done. */
const byHand: readonly Trait[] = ['listen', 'watch', 'arm']

function useWatched(id: string) {
  const [flow, setFlow] = useState<Flow | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const connects = useLive((live) => live.connects)
  useEffect(() => {
    api.flow(id).then(
      ({ document }) => {
        setFlow(document)
        setFailure(null)
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    )
    void readFlow(id)
  }, [id, connects])
  useRead(statusQuery(id))
  return { flow, failure }
}

function useSpoken(id: string, flow: Flow): EventView[] {
  const types = useSignIn(({ types }) => types)
  const events = useLive((live) => live.events)
  const asked = flow.nodes
    .filter(({ type }) => byHand.some((trait) => does(types.get(type), trait)))
    .map((node) => node.id)
  return events.filter(
    (event) =>
      event.flow === id && said.includes(event.kind) && !(event.kind === 'message.sent' && asked.includes(event.node)),
  )
}

function nameOfStream(stream: StreamStatus, flow: Flow, types: NodeTypes): string {
  if (stream.cameraName !== undefined) return stream.cameraName
  const cameras = flow.nodes.filter(({ type }) => types.get(type)?.role === 'source')
  const names = cardNames(
    cameras.map(({ id, type, name }) => ({ node: id, type, name: name || null })),
    (type) => types.get(type)?.title,
  )
  return names.get(stream.source) ?? stream.source
}

/** Several cameras beside each other; each is a press away from being the only one. */
function Grid({
  streams,
  flow,
  flowId,
  spoken,
  onPick,
}: {
  streams: readonly StreamStatus[]
  flow: Flow
  flowId: string
  spoken: readonly EventView[]
  onPick(stream: string): void
}) {
  const types = useSignIn(({ types }) => types)
  const columns = Math.ceil(Math.sqrt(streams.length))
  return (
    <div
      className="stage-grid"
      style={{ '--columns': columns } as React.CSSProperties}
      data-few={streams.length === 2 || undefined}
      data-testid="watch-grid"
    >
      {streams.map((stream, index) => {
        const name = nameOfStream(stream, flow, types)
        return (
          <button
            key={stream.id}
            type="button"
            className="stage-tile"
            data-first-row={index < columns || undefined}
            onClick={() => onPick(stream.id)}
            aria-label={say('Watch {name}', { name })}
          >
            <Now
              stream={stream}
              state={stream.state}
              flowId={flowId}
              name={name}
              said={spoken.find((event) => event.stream === stream.id)}
              isSmall
            />
          </button>
        )
      })}
    </div>
  )
}

interface HeadProps {
  name: string
  flowId: string
  wall: ReturnType<typeof useWall>
  isWhole: boolean
  setWhole(isWhole: boolean): void
  onAll: (() => void) | null
}

function Head({ name, flowId, wall, isWhole, setWhole, onAll }: HeadProps) {
  return (
    <div className="stage-head">
      <h1 className="clip-text">{name}</h1>
      <div className="stage-tools">
        {onAll && (
          <ActionIcon
            variant="transparent"
            size="lg"
            aria-label={say('All cameras')}
            title={say('All cameras')}
            onClick={onAll}
            data-testid="all-cameras"
          >
            <IconLayoutGrid size={20} aria-hidden />
          </ActionIcon>
        )}
        <MuteButton isSmall />
        <ActionIcon
          variant="transparent"
          size="lg"
          aria-pressed={isWhole}
          aria-label={say('Show the whole picture')}
          title={say('Show the whole picture')}
          onClick={() => setWhole(!isWhole)}
        >
          <IconAspectRatio size={20} aria-hidden />
        </ActionIcon>
        {wall.canFill && (
          <ActionIcon
            variant="transparent"
            size="lg"
            aria-pressed={wall.isFull}
            aria-label={say('Fill the screen')}
            title={say('Fill the screen')}
            onClick={wall.toggle}
            data-testid="fullscreen"
          >
            {wall.isFull ? <IconMinimize size={20} aria-hidden /> : <IconMaximize size={20} aria-hidden />}
          </ActionIcon>
        )}
        <a
          className="stage-link"
          href={`/flows/${flowId}`}
          onClick={follow}
          title={say('Open the flow')}
          aria-label={say('Open the flow')}
        >
          <IconSchema size={20} aria-hidden />
        </a>
      </div>
    </div>
  )
}

/** Where the lanes end: with the time, or held still while a person looks back. */
function useEnd(shown: Shown): number | null {
  const [held, setHeld] = useState<{ endMs: number; spanS: SpanS } | null>(null)
  const { atMs, spanS } = shown
  useEffect(() => {
    if (atMs === null) return setHeld(null)
    setHeld((before) => {
      const isIn = before?.spanS === spanS && atMs <= before.endMs && atMs >= before.endMs - spanS * 1000
      return isIn ? before : { spanS, endMs: Math.min(Date.now(), atMs + spanS * 500) }
    })
  }, [atMs, spanS])
  return atMs === null ? null : (held?.endMs ?? Math.min(Date.now(), atMs + spanS * 500))
}

/** A moment is of one camera: of several beside each other, of the one that the mark is of. */
function cameraOf(atMs: number | null, isGrid: boolean, { lanes }: Timed, first: string | undefined): Partial<Shown> {
  if (!isGrid || atMs === null) return {}
  const mark = lanes?.marks.find(({ at }) => Date.parse(at) === atMs)
  return { camera: mark?.stream ?? first ?? null }
}

function Watching({ id, flow }: { id: string; flow: Flow }) {
  const types = useSignIn(({ types }) => types)
  const status = useLive((live) => live.status[id])
  const ref = useRef<HTMLElement | null>(null)
  const wall = useWall(ref)
  const [isWhole, setWhole] = useState(false)
  const shown = readShown(location.search)
  const spoken = useSpoken(id, flow)
  const streams = status?.streams ?? []
  const state: StreamState = status?.state ?? 'stopped'
  const stream = streams.length === 1 ? streams[0] : streams.find((each) => each.id === shown.camera)
  const isGrid = streams.length > 1 && !stream
  const said = spoken.find((event) => !stream || event.stream === stream.id)
  // While somebody waits for help nothing of the picture is cut off.
  const isUncut = isWhole || (!isGrid && shown.atMs === null && said !== undefined && isWaiting(said))
  const looked = stream ?? streams[0]
  const endMs = useEnd(shown)
  const timed = useTimeline({ flow: id, stream: isGrid ? undefined : stream?.id }, { spanS: shown.spanS, endMs })
  const moment = useMoment(id, looked?.id, shown.atMs)
  const film = useFilm(id, looked?.id, shown.atMs)
  const change = (next: Partial<Shown>): void => show(id, { ...shown, ...next })
  const choose = (atMs: number | null): void => change({ atMs, ...cameraOf(atMs, isGrid, timed, looked?.id) })
  const name = looked ? nameOfStream(looked, flow, types) : flow.name
  return (
    <main
      className="watch-page"
      id="main"
      tabIndex={-1}
      ref={ref}
      data-idle={wall.isIdle || undefined}
      data-testid="watch"
    >
      <section className="stage" data-whole={isUncut || undefined} aria-label={say('Picture')}>
        {isGrid ? (
          <Grid streams={streams} flow={flow} flowId={id} spoken={spoken} onPick={(camera) => change({ camera })} />
        ) : shown.atMs !== null && looked ? (
          <Then moment={moment} atMs={shown.atMs} name={name} />
        ) : (
          <Now stream={looked} state={state} flowId={id} name={name} said={said} />
        )}
        <Head
          name={streams.length > 1 && stream ? `${flow.name} · ${name}` : flow.name}
          flowId={id}
          wall={wall}
          isWhole={isWhole}
          setWhole={setWhole}
          onAll={streams.length > 1 && stream ? () => change({ camera: null, atMs: null }) : null}
        />
      </section>
      <section className="watch-dock" aria-label={say('Time')}>
        <SpanTools
          spanS={shown.spanS}
          setSpan={(spanS) => change({ spanS })}
          timed={timed}
          atMs={shown.atMs}
          choose={choose}
        />
        {isGrid && !isAwake(state) && <StartButton flowId={id} />}
        <Dock timed={timed} atMs={shown.atMs} film={film} choose={choose} label={say('Timeline of {name}', { name })} />
        <Controls flow={flow} flowId={id} streamId={isGrid ? undefined : looked?.id} isOn={isAwake(state)} />
      </section>
    </main>
  )
}

/** The page. */
export function WatchPage({ id }: { id: string }) {
  const { flow, failure } = useWatched(id)
  if (failure && !flow)
    return (
      <Page title={say('This flow cannot be shown')}>
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
        <p className="small">
          <a href="/flows" onClick={follow}>
            {say('All flows')}
          </a>
        </p>
      </Page>
    )
  if (!flow)
    return (
      <Page title={say('Watch')}>
        <Skeletons count={1} height={320} />
      </Page>
    )
  return <Watching id={id} flow={flow} />
}

const idleMs = 4000

interface Wall {
  canFill: boolean
  isFull: boolean
  isIdle: boolean
  toggle(): void
}

function useIdle(isWatched: boolean): boolean {
  const [isIdle, setIdle] = useState(false)
  useEffect(() => {
    if (!isWatched) return setIdle(false)
    let timer = setTimeout(() => setIdle(true), idleMs)
    const stir = (): void => {
      setIdle(false)
      clearTimeout(timer)
      timer = setTimeout(() => setIdle(true), idleMs)
    }
    const kinds = ['pointermove', 'pointerdown', 'keydown'] as const
    for (const kind of kinds) addEventListener(kind, stir)
    return () => {
      clearTimeout(timer)
      for (const kind of kinds) removeEventListener(kind, stir)
    }
  }, [isWatched])
  return isIdle
}

/** Not every browser may; one that may not simply dims as usual. */
function useAwake(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted || !('wakeLock' in navigator)) return
    const asked = navigator.wakeLock.request('screen').catch(() => null)
    return () => void asked.then((lock) => lock?.release())
  }, [isWanted])
}

/** For the element that is to fill the screen. */
function useWall(ref: RefObject<HTMLElement | null>): Wall {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const changed = (): void =>
      setFull(document.fullscreenElement !== null && document.fullscreenElement === ref.current)
    document.addEventListener('fullscreenchange', changed)
    return () => document.removeEventListener('fullscreenchange', changed)
  }, [ref])
  useAwake(isFull)
  return {
    canFill: document.fullscreenEnabled,
    isFull,
    isIdle: useIdle(isFull),
    toggle: () => void (isFull ? document.exitFullscreen() : ref.current?.requestFullscreen())?.catch(() => undefined),
  }
}
