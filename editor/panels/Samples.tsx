// Messages kept with the flow as samples of what comes to a card, and the card run with them: what it would do, and nothing sent.
import { ActionIcon, Button, NativeSelect, Textarea } from '@mantine/core'
import { IconPin, IconPlayerPlay, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { Flow, FlowNode, FlowPin, PortRef } from '../../nodes/contract/flow.ts'
import { addPin, pinsOf, portsToTry, removePin } from '../graph/pins.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow } from '../store.ts'
import { keepPassed, tryWith, useTryOf } from '../tries.ts'
import type { NodeType, TriedCard } from '../views.ts'
import { say } from '../words/say.ts'

/** Beside a message that has passed: kept where its wire ends. */
export function KeepAsSample({ to, pass }: { to: PortRef; pass: { eventId: string; text: string } }) {
  const [isKept, setKept] = useState(false)
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      disabled={isKept}
      onClick={() => void keepPassed(to, pass).then(() => setKept(true))}
      leftSection={<IconPin size={15} aria-hidden />}
      data-testid="keep-sample"
    >
      {isKept ? say('Kept as a sample') : say('Keep this as a sample')}
    </Button>
  )
}

function Sample({ pin, portLabel }: { pin: FlowPin; portLabel: string | null }) {
  return (
    <li className="sample" data-testid="sample">
      <span className="stack-tight">
        {portLabel !== null && <span className="small quiet">{portLabel}</span>}
        <span className="pass-words">{pin.text}</span>
        {pin.fields && (
          <code className="small quiet clip-text" title={JSON.stringify(pin.fields, null, 2)}>
            {JSON.stringify(pin.fields)}
          </code>
        )}
      </span>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={say('Run this card with “{text}”', { text: pin.text })}
        title={say('Run this card with it')}
        onClick={() => void tryWith(pin.node, [pin])}
        data-testid="try-sample"
      >
        <IconPlayerPlay size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={say('Keep “{text}” no more', { text: pin.text })}
        title={say('Keep it no more')}
        onClick={() => changeFlow((flow) => removePin(flow, pin.id))}
      >
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </li>
  )
}

function NewSample({ node, ports, type }: { node: string; ports: readonly string[]; type: NodeType }) {
  const [text, setText] = useState('')
  const [port, setPort] = useState(ports[0] ?? '')
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault()
        changeFlow((flow) => addPin(flow, { node, port }, text.trim()))
        setText('')
      }}
    >
      <Textarea
        label={say('A sample of your own')}
        placeholder={say('A person has fallen.')}
        autosize
        minRows={1}
        maxLength={8000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="sample-text"
      />
      <div className="row">
        {ports.length > 1 && (
          <NativeSelect
            aria-label={say('Where it comes in')}
            value={port}
            data={ports.map((name) => ({ value: name, label: type.ports.in[name]?.label ?? name }))}
            onChange={(event) => setPort(event.currentTarget.value)}
          />
        )}
        <Button type="submit" variant="default" disabled={text.trim() === ''} data-testid="sample-keep">
          {say('Keep it')}
        </Button>
      </div>
    </form>
  )
}

/** What came of it, port by port. */
export function TriedWords({ result, type }: { result: TriedCard; type: NodeType | undefined }) {
  const held = result.messages.filter(({ what }) => what === 'held')
  const isNothing = result.sent.length + result.captured.length + held.length === 0 && result.failure === null
  return (
    <ul className="pass-list" data-testid="tried">
      {result.sent.map(({ port, text }, nth) => (
        <li key={`s${nth}`} data-testid="tried-sent" data-port={port}>
          <span className="small quiet">{type?.ports.out[port]?.label ?? port}</span>
          <span className="pass-words">{text}</span>
        </li>
      ))}
      {held.map(({ text, reason }, nth) => (
        <li key={`h${nth}`} data-testid="tried-held">
          <span className="small quiet">{say('Held')}</span>
          <span className="pass-words">{reason ?? text}</span>
        </li>
      ))}
      {result.captured.map(({ channel, to, title, text }, nth) => (
        <li key={`c${nth}`} data-testid="tried-captured">
          <span className="small quiet">
            {to === ''
              ? say('Would go out over {channel}; not sent', { channel })
              : say('Would go to {to} over {channel}; not sent', { to, channel })}
          </span>
          <span className="pass-words">{title ? `${title}: ${text}` : text}</span>
        </li>
      ))}
      {result.failure !== null && (
        <li className="notice" data-tone="warn">
          {result.failure}
        </li>
      )}
      {isNothing && <li className="quiet small">{say('It took this in and sent nothing on.')}</li>}
      {result.status && <li className="small quiet">{result.status.text}</li>}
    </ul>
  )
}

/** In the inspector of a card that messages go into. */
export function Samples({ flow, node }: { flow: Flow; node: FlowNode }) {
  const type = useSignIn(({ types }) => types.get(node.type))
  const ports = portsToTry(type)
  const pins = pinsOf(flow, node.id)
  const tries = useTryOf(node.id)
  if (!type || ports.length === 0) return null
  return (
    <>
      {pins.length === 0 && (
        <p className="quiet small">
          {say('Keep a message here, then run this card with it as often as you like: nothing is sent to anybody.')}
        </p>
      )}
      {pins.length > 0 && (
        <ul className="pass-list">
          {pins.map((pin) => (
            <Sample
              key={pin.id}
              pin={pin}
              portLabel={ports.length > 1 ? (type.ports.in[pin.port]?.label ?? pin.port) : null}
            />
          ))}
        </ul>
      )}
      {pins.length > 1 && (
        <Button
          variant="default"
          loading={tries?.isBusy === true}
          onClick={() => void tryWith(node.id, pins)}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          data-testid="try-all"
        >
          {say('Run with all, one after the other')}
        </Button>
      )}
      {tries?.failure && (
        <div className="notice" data-tone="bad" role="alert">
          {tries.failure}
        </div>
      )}
      {tries?.result && (
        <div role="status">
          <TriedWords result={tries.result} type={type} />
        </div>
      )}
      <NewSample key={node.id} node={node.id} ports={ports} type={type} />
    </>
  )
}
