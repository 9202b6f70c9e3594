// What a camera shows now; for a browser camera also the way to share one's own.
import type { StreamStatus } from '../../nodes/contract/events.ts'
import { cameraWords } from '../words.ts'
import { ShareCamera } from './ShareCamera.tsx'
import { keptWords } from './kept-words.ts'
import type { CardView } from './card-view.ts'
import { StreamPicture } from './StreamPicture.tsx'
import { say } from '../words/say.ts'

/** True while a stream can have pictures. */
export function isOnAir(stream: StreamStatus): boolean {
  return stream.state === 'running' || stream.state === 'starting' || stream.state === 'degraded'
}

/** True once there is a picture to ask for. */
export function hasPicture(stream: StreamStatus): boolean {
  return isOnAir(stream) && stream.lastFrameAt !== null
}

/** The live area of a camera card. */
export function CameraLive({ view }: { view: CardView }) {
  const { stream } = view
  if (!stream) return null
  const isOn = isOnAir(stream)
  const words = cameraWords(stream)
  const kept = keptWords(stream.camera?.kept)
  const isBrowser = view.node.config['kind'] === 'browser'
  return (
    <div className="live">
      {isOn && (
        <StreamPicture
          streamId={stream.id}
          isOn={hasPicture(stream)}
          alt={say('Picture of {title}', { title: view.title })}
          words={say('Waiting for the first picture')}
        />
      )}
      {words && <p className="live-words small">{words}</p>}
      {isOn && kept && (
        <p className="live-words small" data-testid="camera-kept">
          {kept}
        </p>
      )}
      {isBrowser && isOn && <ShareCamera streamId={stream.id} />}
    </div>
  )
}
