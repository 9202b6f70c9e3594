// What a camera shows now; for a browser camera also the way to share one's own.
import type { StreamStatus } from '../../nodes/contract/events.ts'
import { cameraWords, stateWords } from '../words.ts'
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

/** So many pictures are shown; the others are counted. */
const mostOnWall = 9

/** Several cameras of one card: a picture each, with its name, and what is wrong there laid on it. */
function CameraWall({ streams }: { streams: readonly StreamStatus[] }) {
  const more = streams.length - mostOnWall
  return (
    <div className="live">
      <div className="camera-wall" data-testid="camera-wall">
        {streams.slice(0, mostOnWall).map((stream) => {
          const name = stream.cameraName ?? stream.id
          const trouble = cameraWords(stream)
          return (
            <StreamPicture
              key={stream.id}
              streamId={stream.id}
              isOn={hasPicture(stream)}
              alt={say('Picture of {title}', { title: name })}
              words={isOnAir(stream) ? say('Waiting for the first picture') : stateWords[stream.state]}
            >
              <span className="picture-words" title={trouble ?? undefined}>
                {trouble === null ? name : `${name}: ${trouble}`}
              </span>
            </StreamPicture>
          )
        })}
      </div>
      {more > 0 && <p className="live-words small quiet">{say('and {more} more', { more })}</p>}
    </div>
  )
}

/** The live area of a camera card. */
export function CameraLive({ view }: { view: CardView }) {
  const { stream } = view
  if (!stream) return null
  if (view.streams.length > 1) return <CameraWall streams={view.streams} />
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
