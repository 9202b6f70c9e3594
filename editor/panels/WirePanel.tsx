// One wire: what it joins, what passed last, and a message of one's own sent along it while the flow runs.
import { Button, Textarea } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useState } from 'react'
import type { Flow, Wire } from '../../nodes/contract/flow.ts'
import { takesMessages } from '../../nodes/contract/kinds.ts'
import { api } from '../api.ts'
import { isRunning } from '../commands/stop.ts'
import { nameOf } from '../graph/check.ts'
import { wireId } from '../graph/edit.ts'
import { portsToTry } from '../graph/pins.ts'
import { useLive } from '../live.ts'
import { usePasses } from '../passes.ts'
import { useSignIn } from '../sign-in.ts'
import { say } from '../words/say.ts'
import { Ago } from './Ago.tsx'
import { KeepAsSample, Samples } from './Samples.tsx'

function TestMessage({ wire, flowId, last }: { wire: Wire; flowId: string; last: string }) {
  const [text, setText] = useState(last)
  const [result, setResult] = useState<{ ok: boolean; message: string } | null>(null)
  const [isBusy, setBusy] = useState(false)
  const send = async (): Promise<void> => {
    setBusy(true)
    setResult(
      await api.tellNode(flowId, wire.to.node, wire.to.port, text).then(
        () => ({ ok: true, message: say('It is on its way. What comes of it is real: whoever is told, is told.') }),
        (error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) }),
      ),
    )
    setBusy(false)
  }
  return (
    <>
      <Textarea
        label={say('Send a test message here')}
        description={say('It goes in where the wire ends, as if it had come along.')}
        placeholder={say('A person has fallen.')}
        autosize
        minRows={2}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="wire-message"
      />
      <Button
        variant="default"
        loading={isBusy}
        disabled={text.trim() === ''}
        onClick={() => void send()}
        leftSection={<IconSend size={16} aria-hidden />}
        data-testid="wire-send"
      >
        {say('Send')}
      </Button>
      {result && (
        <div className="notice" data-tone={result.ok ? 'ok' : 'bad'} role="status" data-testid="wire-send-result">
          {result.message}
        </div>
      )}
    </>
  )
}

/** In the inspector, for the one wire that is selected. */
export function WirePanel({ flow, flowId, wire }: { flow: Flow; flowId: string; wire: Wire }) {
  const types = useSignIn(({ types }) => types)
  const pass = usePasses((passes) => passes.byFlow[flowId]?.[wireId(wire)])
  const isLive = useLive((live) => live.status[flowId] !== undefined && isRunning(flowId))
  const [from, to] = [wire.from, wire.to].map(({ node }) => flow.nodes.find(({ id }) => id === node))
  const into = types.get(to?.type ?? '')
  const takes = takesMessages(into, wire.to.port)
  return (
    <>
      <p>{say('From {from} to {to}', { from: from ? nameOf(from, types) : '', to: to ? nameOf(to, types) : '' })}</p>
      {pass ? (
        <div className="stack-tight">
          <span className="small quiet">
            {say('Passed last')}, <Ago at={pass.at} />
          </span>
          <span className="pass-words">{pass.text}</span>
          <KeepAsSample key={pass.eventId} to={wire.to} pass={pass} />
        </div>
      ) : (
        <p className="quiet small">{say('Nothing has passed here yet.')}</p>
      )}
      {!takes ? (
        <p className="quiet small">
          {say(
            'A message of your own goes into cards that think about messages. What tells somebody has its own test, under Settings.',
          )}
        </p>
      ) : isLive ? (
        <TestMessage key={wireId(wire)} wire={wire} flowId={flowId} last={pass?.text ?? ''} />
      ) : (
        <p className="quiet small">{say('Deploy the flow to send a test message here.')}</p>
      )}
      {to && portsToTry(into).length > 0 && (
        <section className="inspector-section">
          <h3 className="group-title">{say('Try {card} alone', { card: nameOf(to, types) })}</h3>
          <Samples flow={flow} node={to} />
        </section>
      )}
    </>
  )
}
