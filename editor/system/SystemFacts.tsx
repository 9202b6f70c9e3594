// Which camera is in trouble by its name, what the models carry, what waits to be sent, what the disk holds and will hold.
import { StateMark } from '../canvas/StateMark.tsx'
import { Ago } from '../panels/Ago.tsx'
import { ReadFailure, Skeletons } from '../panels/Page.tsx'
import { follow } from '../panels/Rail.tsx'
import type { SystemView } from '../views.ts'
import { bytes } from '../words.ts'
import { count, say } from '../words/say.ts'
import { told } from '../words/served.ts'
import { useRead } from '../queries.ts'
import { systemQuery } from './system-api.ts'

const partWords: Record<string, string> = {
  decisions: say('Every second, and why it was quiet'),
  events: say('What happened'),
  pictures: say('Pictures of what happened, and around it'),
  sounds: say('Sounds and clips of what happened'),
  rest: say('The rest of the database'),
  recordings: say('Recordings'),
  clips: say('Uploaded clips'),
}
/** Of what no number of days is said. */
const untilWords: Record<string, string> = {
  recordings: say('as each camera says'),
}
const laneNames = {
  alerts: say('Alerts'),
  questions: say('Questions to agents'),
  speech: say('Sentences to speak'),
} as const

function Streams({ streams, receivers }: Pick<SystemView, 'streams' | 'receivers'>) {
  const troubled = streams.filter(({ state }) => state !== 'running')
  return (
    <section aria-labelledby="streams-title">
      <h2 id="streams-title">{say('Cameras')}</h2>
      <p data-testid="streams-words">
        {streams.length === 0
          ? say('No camera is watched now.')
          : troubled.length === 0
            ? say('All {cameras} are watched.', { cameras: count(streams.length, 'camera') })
            : say('{n} of {all} need a look:', { n: troubled.length, all: streams.length })}
      </p>
      {troubled.length + receivers.length > 0 && (
        <ul className="check-list surface system-list" data-testid="in-trouble">
          {troubled.map(({ stream, flow, flowName, name, state, reason }) => (
            <li key={stream}>
              <a href={`/watch/${flow}?camera=${encodeURIComponent(stream)}`} onClick={follow}>
                <strong>{told(name)}</strong> <span className="quiet">{flowName}</span>
              </a>
              <StateMark state={state} />
              {reason && <span className="small">{reason}</span>}
            </li>
          ))}
          {receivers.map(({ flow, flowName, node, name, text }) => (
            <li key={`${flow}/${node}`}>
              <a href={`/flows/${flow}`} onClick={follow}>
                <strong>{told(name)}</strong> <span className="quiet">{flowName}</span>
              </a>
              <span className="small">{text}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Models({ models }: Pick<SystemView, 'models'>) {
  if (models.length === 0) return null
  return (
    <section aria-labelledby="capacity-title">
      <h2 id="capacity-title">{say('Models')}</h2>
      <ul className="check-list surface system-list" data-testid="capacity">
        {models.map(({ connection, longSide, streams, p95Ms, carries }) => (
          <li key={connection}>
            <strong>{connection}</strong>
            <span>
              {carries >= streams
                ? say('Carries about {carries} with pictures of {size} px; {running} running.', {
                    carries: count(carries, 'camera'),
                    size: longSide,
                    running: streams,
                  })
                : say('Is too slow for {running}: it carries about {carries} with pictures of {size} px.', {
                    running: count(streams, 'camera'),
                    carries,
                    size: longSide,
                  })}
            </span>
            <span className="small quiet">
              {say('Nearly all of its answers came within {ms} ms, in the last ten minutes.', { ms: p95Ms })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Lanes({ lanes }: Pick<SystemView, 'lanes'>) {
  return (
    <section aria-labelledby="lanes-title">
      <h2 id="lanes-title">{say('Waiting to be sent')}</h2>
      <ul className="check-list surface system-list" data-testid="lanes">
        {lanes.map(({ lane, waiting, running, retrying, oldestAt }) => (
          <li key={lane}>
            <strong>{laneNames[lane]}</strong>
            <span className="nums">
              {waiting + running + retrying === 0
                ? say('Nothing waits.')
                : say('{waiting} waiting, {running} being sent, {retrying} tried again.', {
                    waiting,
                    running,
                    retrying,
                  })}
            </span>
            {oldestAt && (
              <span className="small quiet">
                {say('The oldest came')} <Ago at={oldestAt} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Storage({ storage: { parts, freeBytes } }: Pick<SystemView, 'storage'>) {
  const now = parts.reduce((sum, part) => sum + part.bytes, 0)
  const isKnown = parts.some(({ part, inMonth }) => part === 'events' && inMonth !== null)
  const later = parts.reduce((sum, part) => sum + (part.inMonth ?? part.bytes), 0)
  const isTight = isKnown && freeBytes !== null && later - now > freeBytes
  return (
    <section aria-labelledby="storage-title">
      <h2 id="storage-title">{say('Storage')}</h2>
      <p data-testid="storage-words">
        {isKnown
          ? say('{now} now, about {later} in a month.', { now: bytes(now), later: bytes(later) })
          : say('{now} now. What a month takes can be said once a whole day was watched.', { now: bytes(now) })}{' '}
        {freeBytes !== null && say('{free} are free.', { free: bytes(freeBytes) })}
      </p>
      {isTight && (
        <div className="notice" data-tone="warn" role="status">
          {say('The disk will be full within a month if it goes on like this.')}
        </div>
      )}
      <table className="surface system-table nums">
        <thead>
          <tr>
            <th scope="col">{say('What')}</th>
            <th scope="col">{say('Now')}</th>
            <th scope="col">{say('In a month, about')}</th>
            <th scope="col">{say('Kept')}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ part, bytes: size, inMonth, keptDays }) => (
            <tr key={part}>
              <th scope="row">{partWords[part] ?? part}</th>
              <td>{bytes(size)}</td>
              <td>{inMonth === null ? '–' : bytes(inMonth)}</td>
              <td>{keptDays === null ? (untilWords[part] ?? say('until removed')) : count(keptDays, 'day')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** The middle of the page *System*. */
export function SystemFacts() {
  const { data: found, failure } = useRead(systemQuery)
  return (
    <>
      <ReadFailure words={failure} hasOld={found !== null} />
      {!found && !failure && <Skeletons count={3} height={96} />}
      {found && (
        <>
          <Streams streams={found.streams} receivers={found.receivers} />
          <Models models={found.models} />
          <Lanes lanes={found.lanes} />
          <Storage storage={found.storage} />
        </>
      )}
    </>
  )
}
