// The heart of the canvas: what the model sees, its last 60 decisions, its last sentence, why it is silent now, and how long it takes.
import { useState } from 'react'
import type { StreamDecision } from '../views.ts'
import type { CardView } from './card-view.ts'
import { ago, clock, decisionTone, decisionWords, exact, latency } from '../words.ts'
import { useNow } from '../now.ts'
import { AskBox } from '../panels/AskBox.tsx'
import { useFlow } from '../store.ts'
import { DecisionStrip } from './DecisionStrip.tsx'
import { StreamPicture } from './StreamPicture.tsx'
import { hasPicture, isOnAir } from './CameraLive.tsx'
import { seenAt } from './seen-pictures.ts'
import { say } from '../words/say.ts'

/** What it said last, or what became of the second that is looked at: laid on the picture where there is one. */
function Sentence({ view, held, isLaid }: { view: CardView; held: StreamDecision | null; isLaid: boolean }) {
  const now = useNow()
  const spoken =
    held ??
    view.decisions.findLast((decision) => decision.node === view.node.id && decision.action !== 'silence') ??
    null
  const className = isLaid ? 'picture-words' : 'live-words'
  if (!spoken) return isLaid ? null : <p className={`${className} quiet`}>{say('Has not spoken yet.')}</p>
  return (
    <p className={className} data-tone={decisionTone(spoken)} data-testid={held ? 'held-tick' : 'last-sentence'}>
      {decisionWords(spoken)}{' '}
      <span className="quiet nums" title={exact(spoken.at)}>
        {held ? clock(held.mediaTimeS) : ago(spoken.at, now)}
      </span>
    </p>
  )
}

/** The live area of an interaction-model card. */
export function ModelLive({ view }: { view: CardView }) {
  const [held, setHeld] = useState<StreamDecision | null>(null)
  const own = view.decisions.filter((decision) => decision.node === view.node.id)
  const last = own.at(-1)
  const { stream } = view
  if (!stream) return null
  const isOn = isOnAir(stream)
  const sentence = <Sentence view={view} held={held} isLaid={isOn} />
  return (
    <div className="live">
      {isOn ? (
        <StreamPicture
          streamId={stream.id}
          isOn={hasPicture(stream)}
          alt={say('What the model sees now')}
          words={say('Waiting for the first picture')}
          past={held ? seenAt(stream.id, Date.parse(held.at)) : false}
        >
          {sentence}
        </StreamPicture>
      ) : (
        sentence
      )}
      <DecisionStrip decisions={own} held={held} onHold={setHeld} />
      {isOn && last?.action === 'silence' && (
        <p className="live-words small quiet" data-testid="silence-reason" data-tone={decisionTone(last)}>
          {say('Silent: {replace}', { replace: decisionWords(last).replace(/^./, (c) => c.toLowerCase()) })}
        </p>
      )}
      {isOn && <AskOnCard view={view} stream={stream.id} />}
    </div>
  )
}

/** Asks the stream that the card shows. */
function AskOnCard({ view, stream }: { view: CardView; stream: string }) {
  const flowId = useFlow((open) => open.id)
  return flowId === null ? null : (
    <div className="nodrag nopan ask-on-card">
      <AskBox flowId={flowId} models={[view.node]} stream={stream} isRunning isSmall />
    </div>
  )
}

/** The one number of the card: how long the last decision took. */
export function modelNumber(view: CardView): string | null {
  const last = view.decisions.findLast((decision) => decision.node === view.node.id)
  return last && last.reason === 'model' ? latency(last.latencyMs) : null
}
