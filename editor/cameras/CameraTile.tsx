// One camera of the list: its picture large, its name, and how it does in one line. Old pictures say how old they are.
import type { CSSProperties } from 'react'
import { pictures } from '../api.ts'
import { StreamPicture } from '../canvas/StreamPicture.tsx'
import { useLive } from '../live.ts'
import { Ago } from '../panels/Ago.tsx'
import { isAwake } from '../panels/use-flows.ts'
import type { CameraView } from '../views.ts'
import { count, say } from '../words/say.ts'
import { stateWords } from '../words.ts'

type Watching = CameraView['streams'][number]

/** How a watched one does, newer than the list where the live feed knows more. */
function useWatching({ streams }: CameraView): Watching | undefined {
  const status = useLive((live) => live.status)
  const known = streams.map((stream) => {
    const live = status[stream.flow]?.streams.find(({ id }) => id === stream.id)
    return live ? { ...stream, state: live.state, reason: live.reason, camera: live.camera ?? null } : stream
  })
  return known.find(({ state }) => isAwake(state)) ?? known[0]
}

function toneOf(watching: Watching | undefined, { trial }: CameraView): CSSProperties {
  const state = watching ? watching.state : trial === null ? 'stopped' : trial.ok ? 'running' : 'failed'
  return { color: `var(--state-${state})` }
}

/** The camera's own words, else what came of the last trial. */
function StateLine({ camera, watching }: { camera: CameraView; watching: Watching | undefined }) {
  if (watching) return <>{watching.reason ?? watching.camera?.text ?? stateWords[watching.state]}</>
  if (!camera.trial) return <>{say('Not tried yet.')}</>
  return (
    <>
      {camera.trial.text} <Ago at={camera.trial.at} />
    </>
  )
}

/** Its newest picture, live while somebody watches it. */
export function CameraPicture({ camera }: { camera: CameraView }) {
  const watching = useWatching(camera)
  const { name, pictureAt } = camera
  const alt = say('What {name} sees', { name })
  if (watching && isAwake(watching.state))
    return <StreamPicture streamId={watching.id} isOn alt={alt} words={say('Waiting for the first picture')} />
  return (
    <div className="picture">
      {pictureAt === null ? (
        <span className="quiet small">{say('No picture yet')}</span>
      ) : (
        <>
          <img src={pictures.camera(name, Date.parse(pictureAt))} alt={alt} draggable={false} />
          <span className="picture-age small">
            {say('Last picture')} <Ago at={pictureAt} />
          </span>
        </>
      )}
    </div>
  )
}

/** `isOpen` while its settings are beside the list. */
export function CameraTile({ camera, isOpen, onOpen }: { camera: CameraView; isOpen: boolean; onOpen(): void }) {
  const watching = useWatching(camera)
  const flows = new Set([...camera.usedBy, ...camera.streams].map(({ flow }) => flow)).size
  return (
    <button
      type="button"
      className="camera-tile surface"
      aria-expanded={isOpen}
      onClick={onOpen}
      data-testid={`camera-${camera.name}`}
    >
      <CameraPicture camera={camera} />
      <span className="camera-words">
        <strong className="clip-text">{camera.name}</strong>
        <span className="small quiet">
          {flows === 0 ? say('Not used by any flow') : say('Used by {flows}', { flows: count(flows, 'flow') })}
        </span>
        <span className="small two-lines camera-state">
          <span className="camera-dot" style={toneOf(watching, camera)} aria-hidden />
          <StateLine camera={camera} watching={watching} />
        </span>
        {camera.tags.length > 0 && <span className="small quiet clip-text">{camera.tags.join(' · ')}</span>}
      </span>
    </button>
  )
}
