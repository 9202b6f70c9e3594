// A question to the model of a running flow. The answer comes when the model gives it, as an event like all others.
import { ActionIcon, TextInput } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useId, useState, type FormEvent } from 'react'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { api } from '../api.ts'
import { whyUnheard } from '../graph/hearing.ts'
import { useLive } from '../live.ts'
import { useSignIn } from '../sign-in.ts'
import { say } from '../words/say.ts'
import { useConnections } from '../queries.ts'

/** One line and a button; `models` are those who would hear it, `stream` where one of several cameras is meant, `isSmall` on a card. */
export function AskBox({
  flowId,
  models,
  stream,
  isRunning,
  isSmall,
}: {
  flowId: string
  models: readonly FlowNode[]
  stream?: string | undefined
  isRunning: boolean
  isSmall?: boolean
}) {
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<{ text: string; after: string } | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  // Of the question just put: the answer shows by itself, that there will be none only here.
  const isExpired = useLive(({ events }) =>
    events.some(
      ({ at, flow, kind, text: words }) =>
        asked !== null &&
        flow === flowId &&
        kind === 'question.expired' &&
        at > asked.after &&
        words.endsWith(asked.text),
    ),
  )
  const types = useSignIn(({ types }) => types)
  const connections = useConnections()
  const refusal = whyUnheard(models, 'query', types, connections)
  const refusalId = useId()
  const isOpen = isRunning && refusal === null
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const question = text.trim()
    if (question === '') return
    setBusy(true)
    setFailure(null)
    try {
      const after = useLive.getState().events[0]?.at ?? ''
      await api.ask(flowId, question, stream)
      setAsked({ text: question, after })
      setText('')
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }
  return (
    <form className="stack-tight" onSubmit={(event) => void send(event)}>
      <div className="ask">
        <TextInput
          aria-label={say('Ask the model')}
          placeholder={
            refusal !== null
              ? say('Takes no questions')
              : !isRunning
                ? say('Deploy the flow to ask')
                : isSmall
                  ? say('Ask a question')
                  : say('How many people are there?')
          }
          {...(isSmall ? { size: 'xs' } : {})}
          maxLength={2000}
          disabled={!isOpen}
          {...(refusal === null ? {} : { 'aria-describedby': refusalId })}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-testid={isSmall ? 'card-ask-text' : 'ask-text'}
        />
        <ActionIcon
          type="submit"
          size={isSmall ? 30 : 36}
          variant={isSmall ? 'default' : 'filled'}
          aria-label={say('Ask')}
          loading={isBusy}
          disabled={!isOpen || text.trim() === ''}
          data-testid={isSmall ? 'card-ask-send' : 'ask-send'}
        >
          <IconSend size={18} aria-hidden />
        </ActionIcon>
      </div>
      {refusal !== null && (
        <p className="small quiet" id={refusalId} data-testid="ask-refusal">
          {refusal}
        </p>
      )}
      <div role="status">
        {asked !== null && (
          <p className="small quiet" data-testid={isSmall ? 'card-asked' : 'asked'}>
            {isExpired
              ? say('Nobody answered in time: {asked}', { asked: asked.text })
              : say('You asked: {asked}', { asked: asked.text })}
          </p>
        )}
      </div>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </form>
  )
}
