// Every decision of a stream, silence included, each with its reason; calm stretches are one line.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { ApiError, api } from '../api.ts'
import { DecisionStrip } from '../canvas/DecisionStrip.tsx'
import { mergeDecisions, spansOf, type Span } from '../graph/timeline.ts'
import { useLive } from '../live.ts'
import type { StreamDecision } from '../views.ts'
import { clock, decisionTone, decisionWords, duration, latency } from '../words.ts'
import { Ago } from './Ago.tsx'
import { say } from '../words/say.ts'

const actionNames = { silence: say('Silent'), response: say('Spoke'), delegate: say('Asked an agent') } as const

function SpanRow({ span }: { span: Span }) {
  const { first, last, ticks } = span
  const length = ticks > 1 ? say('for {ticks}', { ticks: duration(ticks * 1000) }) : ''
  return (
    <li className="span-row" data-tone={decisionTone(last)} data-testid="timeline-row" data-action={last.action}>
      <i aria-hidden />
      <span className="span-action">
        {actionNames[last.action]} {length}
      </span>
      <span className="span-words">{decisionWords(last)}</span>
      <span className="quiet small nums">
        {say('at {when}{value}', {
          when: clock(first.mediaTimeS),
          value: last.latencyMs > 0 ? ` · ${latency(last.latencyMs)}` : '',
        })}
      </span>
      <span className="quiet small">
        <Ago at={last.at} />
      </span>
    </li>
  )
}

function useOlder(flowId: string, streamId: string, known: readonly StreamDecision[]) {
  const [older, setOlder] = useState<readonly StreamDecision[]>([])
  const [cursor, setCursor] = useState<string | null | undefined>()
  const read = async (): Promise<void> => {
    try {
      const page = await api.decisions(flowId, { stream: streamId, limit: 500, ...(cursor ? { cursor } : {}) })
      setOlder((before) => mergeDecisions(before, page.decisions, 5000))
      setCursor(page.next)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }
  return { all: mergeDecisions(older, known, 5000), hasMore: cursor !== null, read }
}

const nobody: readonly StreamDecision[] = []

/** For one stream. */
export function Timeline({ flowId, streamId }: { flowId: string; streamId: string | undefined }) {
  const known = useLive((live) => live.decisions[streamId ?? '']) ?? nobody
  const [held, setHeld] = useState<StreamDecision | null>(null)
  const { all, hasMore, read } = useOlder(flowId, streamId ?? '', known)
  if (!streamId || all.length === 0)
    return (
      <p className="quiet drawer-empty">
        {say(
          'No decision yet. Once the flow runs, each second stands here with what the model said, or why it was silent.',
        )}
      </p>
    )
  return (
    <div data-testid="timeline">
      <div className="timeline-strip">
        <DecisionStrip decisions={all} held={held} onHold={setHeld} />
        {held && (
          <p className="small" data-testid="held-tick">
            <span className="quiet nums">{clock(held.mediaTimeS)}</span> {decisionWords(held)}
          </p>
        )}
      </div>
      <ol className="span-list">
        {spansOf(all)
          .slice(0, 300)
          .map((span) => (
            <SpanRow key={span.key} span={span} />
          ))}
      </ol>
      {hasMore && (
        <Button variant="subtle" size="xs" m={8} onClick={() => void read()}>
          {say('Read what came before')}
        </Button>
      )}
    </div>
  )
}
