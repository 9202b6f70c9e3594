// Another instruction, tried on the same clips and held against what was before; kept only when a person says so.
import { Button, Textarea } from '@mantine/core'
import { IconGitCompare, IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import type { Rehearsal } from '../views.ts'
import { keepInstruction, rehearse, useRehearsing, watchers } from './rehearsal-store.ts'
import { say } from '../words/say.ts'
import { useConnections } from '../queries.ts'

function Draft({
  now,
  tried,
  draft,
  onDraft,
}: {
  now: Rehearsal
  tried: string
  draft: string
  onDraft(draft: string | null): void
}) {
  const run = (): void => {
    void rehearse({ ...wishesOf(now), instruction: draft.trim() }, now)
    onDraft(null)
  }
  return (
    <div className="stack-tight">
      <Textarea
        label={say('Try this instruction')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={8000}
        value={draft}
        autoFocus
        onChange={(event) => onDraft(event.currentTarget.value)}
        data-testid="try-instruction"
      />
      <div className="row">
        <Button
          onClick={run}
          disabled={draft.trim() === '' || draft.trim() === tried}
          leftSection={<IconGitCompare size={18} aria-hidden />}
          data-testid="try-run"
        >
          {say('Rehearse and compare')}
        </Button>
        <Button variant="default" onClick={() => onDraft(null)}>
          {say('Cancel')}
        </Button>
      </div>
    </div>
  )
}

/** `now`: the rehearsal that is shown. */
export function TryInstruction({ now }: { now: Rehearsal }) {
  const stored = useRehearsing((state) => state.stored)
  const [draft, setDraft] = useState<string | null>(null)
  const connections = useConnections()
  const models = watchers(stored)
  if (models.length !== 1) return null
  const drawn = String(models[0]?.config.instruction ?? '')
  const tried = now.request.instruction ?? drawn
  const watchesBy = now.request.connection ?? models[0]?.config.connection
  const isReading = connections.find(({ name }) => name === watchesBy)?.can.watch !== 'built-in'
  if (draft !== null) return <Draft now={now} tried={tried} draft={draft} onDraft={setDraft} />
  return (
    <div className="stack-tight">
      <p className="group-title">{say('Instruction')}</p>
      <p className="rehearse-instruction">{tried === '' ? say('None.') : tried}</p>
      {!isReading && (
        <p className="small quiet">
          {say(
            'The built-in model goes by what it is told to watch for, not by sentences. Choose a model that reads to try another instruction.',
          )}
        </p>
      )}
      <div className="row">
        {isReading && (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setDraft(tried)}
            disabled={now.state === 'running'}
            leftSection={<IconPencil size={16} aria-hidden />}
            data-testid="try-change"
          >
            {say('Change it and compare')}
          </Button>
        )}
        {tried !== drawn && now.state === 'finished' && (
          <Button size="compact-sm" onClick={() => void keepInstruction(tried)} data-testid="try-keep">
            {say('Keep it in the flow')}
          </Button>
        )}
      </div>
    </div>
  )
}

function wishesOf({ request }: Rehearsal) {
  const { askAgents, clips, connection } = request
  return { clips, askAgents, ...(connection === undefined ? {} : { connection }) }
}
