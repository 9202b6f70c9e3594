// AdaCodec at work: which of the last pictures went whole (I) or small (P), the prediction cost, and about what it saved.
import type { NodeStatus } from '../../nodes/contract/events.ts'
import type { CardView } from './card-view.ts'
import { stripTicks } from './DecisionStrip.tsx'
import { say } from '../words/say.ts'

/** Costs as the node reports them: a list, or one number each second. */
export function costsOf(status: NodeStatus | undefined): number[] {
  const listed = status?.data?.['costs'] ?? status?.data?.['history']
  return Array.isArray(listed)
    ? listed
        .map((item) => Number(typeof item === 'object' && item !== null && 'cost' in item ? item.cost : item))
        .filter(Number.isFinite)
    : []
}

function kindsOf(status: NodeStatus | undefined): ('I' | 'P')[] {
  const listed = status?.data?.['kinds']
  if (typeof listed === 'string') return [...listed].filter((kind) => kind === 'I' || kind === 'P').slice(-stripTicks)
  if (Array.isArray(listed)) return listed.filter((kind) => kind === 'I' || kind === 'P').slice(-stripTicks)
  return []
}

/** True for a card that reports as a codec does; a mask or a crop also takes and gives pictures. */
export function isCodec(status: NodeStatus | undefined): boolean {
  return costsOf(status).length > 0 || kindsOf(status).length > 0
}

/** A small line of the last costs, scaled to the largest. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const last = values.slice(-stripTicks)
  if (last.length < 2) return null
  const top = Math.max(...last, 0.0001)
  const points = last
    .map((value, index) => `${((index / (last.length - 1)) * 208).toFixed(1)},${(27 - (value / top) * 25).toFixed(1)}`)
    .join(' ')
  return (
    <svg
      className="sparkline"
      viewBox="0 0 208 28"
      role="img"
      aria-label={say('How much the picture changed, second by second')}
    >
      <polyline points={points} fill="none" stroke="var(--kind-frames)" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  )
}

/** The live area of a codec card. */
export function CodecLive({ view }: { view: CardView }) {
  const kinds = kindsOf(view.status)
  const whole = kinds.filter((kind) => kind === 'I').length
  return (
    <div className="live">
      <div
        className="strip strip-frames"
        role="img"
        aria-label={say('Of the last {count} pictures {whole} went whole', { count: kinds.length, whole })}
        data-testid="codec-strip"
      >
        {Array.from({ length: stripTicks - kinds.length }, (_, index) => (
          <i key={`lead-${index}`} data-kind="none" />
        ))}
        {kinds.map((kind, index) => (
          <i
            key={index}
            data-kind={kind}
            title={kind === 'I' ? say('I: the whole picture') : say('P: only a small one')}
          />
        ))}
      </div>
      <Sparkline values={costsOf(view.status)} />
      {view.status && view.status.tone !== 'ok' ? (
        <p className="live-words">{view.status.text}</p>
      ) : (
        kinds.length > 0 && (
          <p className="live-words small quiet nums">
            {say('Of the last {count} pictures {whole} went whole', { count: kinds.length, whole })}
          </p>
        )
      )}
    </div>
  )
}
