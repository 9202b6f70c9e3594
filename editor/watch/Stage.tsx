// The picture of the watch page, as large as there is room, with what is said lying on it: of now, of a moment, or the last there was.
import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import type { StreamState, StreamStatus } from '../../nodes/contract/events.ts'
import { api } from '../api.ts'
import { hasPicture } from '../canvas/CameraLive.tsx'
import { StateMark } from '../canvas/StateMark.tsx'
import { StreamPicture } from '../canvas/StreamPicture.tsx'
import { useShowsAlarm } from '../event-pages.ts'
import { isWaiting } from '../graph/alerts.ts'
import { readStatus } from '../live.ts'
import { Ago } from '../panels/Ago.tsx'
import { AcknowledgeButton } from '../panels/EventRow.tsx'
import { isAwake } from '../panels/use-flows.ts'
import type { EventView } from '../views.ts'
import { cameraWords, decisionWords, eventKindWords, exact } from '../words.ts'
import { locale, say } from '../words/say.ts'
import { useLastPicture, type Moment } from './use-past.ts'

/** What was said, with who is meant where it was not said to the people here. */
export function wordsOf(event: EventView): string {
  return event.kind === 'delegation.made' && event.text !== ''
    ? say('Asked an agent: {text}', { text: event.text })
    : event.text || eventKindWords(event.kind)
}

/** Starts a flow that is not running, from where one looks at it. */
export function StartButton({ flowId }: { flowId: string }) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const press = (): void => {
    setBusy(true)
    setFailure(null)
    api
      .deploy(flowId)
      .then(() => readStatus(flowId))
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false))
  }
  return (
    <>
      <Button
        size="md"
        loading={isBusy}
        onClick={press}
        leftSection={<IconPlayerPlay size={18} aria-hidden />}
        data-testid="watch-start"
      >
        {say('Start watching')}
      </Button>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </>
  )
}

/** What it says now, large enough to be read from the door. */
function Said({ event, isSmall }: { event: EventView | undefined; isSmall?: boolean }) {
  useShowsAlarm(event && !isSmall && isWaiting(event) ? event.id : null)
  if (!event) return isSmall ? null : <p className="stage-quiet">{say('Has not spoken yet.')}</p>
  return (
    <div className="stage-said" data-waiting={isWaiting(event) || undefined} data-testid="watch-newest">
      <p className={isSmall ? 'two-lines' : 'stage-words'}>{wordsOf(event)}</p>
      <p className="small stage-when">
        <Ago at={event.at} />
      </p>
      {!isSmall && isWaiting(event) && <AcknowledgeButton event={event} />}
    </div>
  )
}

/** One camera as it is now; of one that is not watched the last picture, dated. */
export function Now({
  stream,
  state,
  flowId,
  name,
  said,
  isSmall,
}: {
  stream: StreamStatus | undefined
  state: StreamState
  flowId: string
  name: string
  said: EventView | undefined
  isSmall?: boolean
}) {
  const isOn = stream !== undefined && isAwake(stream.state)
  const last = useLastPicture(stream?.id, stream !== undefined && !hasPicture(stream))
  const trouble = stream && cameraWords(stream)
  const shownState = stream?.state ?? state
  return (
    <div className="stage-picture" data-past={(!isOn && last !== null) || undefined}>
      {stream && hasPicture(stream) ? (
        <StreamPicture
          streamId={stream.id}
          isOn
          alt={say('What {name} sees now', { name })}
          words={trouble ?? say('Waiting for the first picture')}
        />
      ) : last ? (
        <img
          className="stage-past"
          src={last.url}
          alt={say('The last picture of {name}', { name })}
          data-testid="last-picture"
        />
      ) : (
        <p className="stage-empty">
          {trouble ?? (isOn ? say('Waiting for the first picture') : say('No picture is kept of this camera.'))}
        </p>
      )}
      <div className="stage-told">
        {shownState !== 'running' && (
          <p className="stage-state">
            <StateMark state={shownState} isWashed />
            {last && (
              <span className="small">
                {say('Last picture')} <Ago at={last.at} />
              </span>
            )}
          </p>
        )}
        {/* Without a picture it stands in its place. */}
        {trouble && (last || (stream && hasPicture(stream))) && <p className="stage-trouble small">{trouble}</p>}
        {isSmall && <strong className="clip-text">{name}</strong>}
        <Said event={said} {...(isSmall ? { isSmall } : {})} />
        {!isSmall && !isOn && <StartButton flowId={flowId} />}
      </div>
    </div>
  )
}

/** One camera as it was at a moment. */
export function Then({ moment, atMs, name }: { moment: Moment; atMs: number; name: string }) {
  const { picture, decision, failure } = moment
  const at = new Date(atMs).toISOString()
  const awayS = picture ? Math.round(Math.abs(Date.parse(picture.at) - atMs) / 1000) : 0
  return (
    <div className="stage-picture" data-past data-testid="stage-then">
      {picture ? (
        <img
          className="stage-past"
          src={picture.url}
          alt={say('What {name} saw at {time}', { name, time: exact(picture.at) })}
        />
      ) : (
        <p className="stage-empty">
          {picture === undefined
            ? say('Looking for the picture')
            : say(
                'No picture is kept of this moment. Those around what happened are, and all of them where the camera is recorded.',
              )}
        </p>
      )}
      <div className="stage-told">
        <p className="stage-when nums" data-testid="stage-at">
          {exact(at)}
          {awayS > 1 &&
            picture &&
            ` · ${say('picture of {time}', { time: new Date(picture.at).toLocaleTimeString(locale()) })}`}
        </p>
        <p
          className={decision && decision.action !== 'silence' ? 'stage-words' : 'stage-quiet'}
          data-testid="stage-words"
        >
          {failure ??
            (decision
              ? decisionWords(decision)
              : picture === undefined
                ? ''
                : say('Nothing was decided at this moment.'))}
        </p>
      </div>
    </div>
  )
}
