// The last 60 ticks of a model as a strip: one bar each, coloured and sized by decision, so that colour is not alone.
import type { StreamDecision } from '../views.ts'
import { clock, decisionTone, decisionWords } from '../words.ts'
import { say } from '../words/say.ts'

export const stripTicks = 60

/** Oldest on the left; empty places until 60 ticks have passed. */
export function DecisionStrip({ decisions }: { decisions: readonly StreamDecision[] }) {
  const last = decisions.slice(-stripTicks)
  const spoken = last.filter((decision) => decision.action !== 'silence').length
  const lead = Array.from({ length: stripTicks - last.length }, (_, index) => index)
  return (
    <div
      className="strip"
      role="img"
      aria-label={say('The last {count} seconds: spoke {spoken} times', { count: last.length, spoken })}
      data-testid="decision-strip"
    >
      {lead.map((index) => (
        <i key={`lead-${index}`} data-tone="none" />
      ))}
      {last.map((decision) => (
        <i
          key={`${decision.tick}/${decision.at}`}
          data-tone={decisionTone(decision)}
          title={`${clock(decision.mediaTimeS)} · ${decisionWords(decision)}`}
        />
      ))}
    </div>
  )
}
