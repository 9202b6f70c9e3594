// The last 60 ticks of a model as a strip: one bar each, coloured and sized by decision, so that colour is not alone. Each can be touched,
// pointed at, or reached by the arrow keys.
import type { KeyboardEvent, PointerEvent } from 'react'
import type { StreamDecision } from '../views.ts'
import { clock, decisionTone, decisionWords } from '../words.ts'
import { say } from '../words/say.ts'

export const stripTicks = 60

/** Oldest on the left; empty places until 60 ticks have passed. */
export function DecisionStrip({
  decisions,
  held,
  onHold,
}: {
  decisions: readonly StreamDecision[]
  /** The tick that is looked at. */
  held: StreamDecision | null
  onHold(decision: StreamDecision | null): void
}) {
  const last = decisions.slice(-stripTicks)
  const spoken = last.filter((decision) => decision.action !== 'silence').length
  const lead = Array.from({ length: stripTicks - last.length }, (_, index) => index)
  const at = held ? last.findIndex(({ tick, at: when }) => tick === held.tick && when === held.at) : -1
  const hold = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): void => {
    const { left, width } = currentTarget.getBoundingClientRect()
    onHold(last[Math.floor(((clientX - left) / width) * stripTicks) - lead.length] ?? null)
  }
  const step = (event: KeyboardEvent<HTMLElement>): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by === undefined && event.key !== 'Escape') return
    event.stopPropagation()
    event.preventDefault()
    onHold(by === undefined ? null : (last[Math.max(0, (at === -1 ? last.length : at) + by)] ?? null))
  }
  return (
    <div
      className="strip strip-touch nodrag nopan nokey"
      role="slider"
      tabIndex={0}
      aria-label={say('The last {count} seconds: spoke {spoken} times', { count: last.length, spoken })}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last.length - 1)}
      aria-valuenow={at === -1 ? Math.max(0, last.length - 1) : at}
      {...(held ? { 'aria-valuetext': `${clock(held.mediaTimeS)}, ${decisionWords(held)}` } : {})}
      data-testid="decision-strip"
      onPointerDown={hold}
      onPointerMove={hold}
      onPointerLeave={({ pointerType }) => pointerType === 'mouse' && onHold(null)}
      onBlur={() => onHold(null)}
      onKeyDown={step}
    >
      {lead.map((index) => (
        <i key={`lead-${index}`} data-tone="none" />
      ))}
      {last.map((decision, index) => (
        <i
          key={`${decision.tick}/${decision.at}`}
          data-tone={decisionTone(decision)}
          data-held={index === at || undefined}
        />
      ))}
    </div>
  )
}
