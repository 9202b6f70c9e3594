// The way of one message, step by step, with the reason of each: why somebody was told, and why not.
import { ActionIcon } from '@mantine/core'
import { IconCheck, IconClock, IconHandStop, IconSend, IconX, type Icon } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { showTrace, usePasses } from '../passes.ts'
import { useLive } from '../live.ts'
import type { TraceStepView, TraceView } from '../views.ts'
import { follow } from './Rail.tsx'
import { locale, say } from '../words/say.ts'

const icons: Record<TraceStepView['what'], Icon> = {
  passed: IconCheck,
  held: IconHandStop,
  sent: IconSend,
  delivered: IconCheck,
  failed: IconX,
}
const words: Record<TraceStepView['what'], string> = {
  passed: say('let it pass'),
  held: say('held it'),
  sent: say('sends it'),
  delivered: say('delivered it'),
  failed: say('failed'),
}

function Step({ step }: { step: TraceStepView }) {
  const Found = step.code === 'later' ? IconClock : icons[step.what]
  const what = step.code === 'spoke' ? say('said it') : step.code === 'later' ? say('waits') : words[step.what]
  return (
    <li className="trace-step" data-what={step.what} data-testid="trace-step" data-node={step.node}>
      <Found size={16} aria-hidden />
      <span>
        <strong>{step.name}</strong> {what}
        {step.reason && step.code !== 'spoke' && <span className="quiet"> {step.reason}</span>}
      </span>
      <time className="small quiet nums" dateTime={step.at}>
        {new Date(step.at).toLocaleTimeString(locale())}
      </time>
    </li>
  )
}

export function TraceSteps({ steps }: { steps: readonly TraceStepView[] }) {
  return (
    <ol className="trace" data-testid="trace">
      {steps.map((step, nth) => (
        <Step key={nth} step={step} />
      ))}
    </ol>
  )
}

/** On an event's page; read again as things happen. */
export function TraceOf({ event, flow }: { event: string; flow: string }) {
  const facts = useLive((live) => live.facts)
  const [trace, setTrace] = useState<TraceView | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    let isHere = true
    api.trace(event).then(
      (found) => isHere && (setTrace(found), setFailure(null)),
      (error: unknown) => isHere && setFailure(error instanceof Error ? error.message : String(error)),
    )
    return () => {
      isHere = false
    }
  }, [event, facts])
  if (failure)
    return (
      <div className="notice" data-tone="bad" role="alert">
        {failure}
      </div>
    )
  if (!trace) return null
  return (
    <section className="stack-tight" aria-labelledby="trace-title">
      <h2 id="trace-title">{say('What became of it')}</h2>
      <TraceSteps steps={trace.steps} />
      <a href={`/flows/${flow}?trace=${encodeURIComponent(event)}`} onClick={follow} data-testid="trace-on-canvas">
        {say('See its way on the canvas')}
      </a>
    </section>
  )
}

/** Over the canvas, while a way is lit: from a link, or from a row of the drawer. */
export function TraceBar() {
  const trace = usePasses((passes) => passes.trace)
  useEffect(() => {
    const asked = new URLSearchParams(location.search).get('trace')
    if (asked !== null) showTrace(asked).catch(() => undefined)
    return () => void showTrace(null)
  }, [])
  if (!trace) return null
  return (
    <section className="trace-bar surface" aria-label={say('The way of a message')} data-testid="trace-bar">
      <TraceSteps steps={trace.steps} />
      <ActionIcon variant="subtle" aria-label={say('Show no way any more')} onClick={() => void showTrace(null)}>
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </section>
  )
}
