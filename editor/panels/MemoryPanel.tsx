// What a memory card remembers, camera by camera: facts and summaries to read, correct and forget, with what is wrong with them.
// Changes of a running stream take effect at its next tick, so the list is read again after each.
import { ActionIcon, Button, TextInput, Textarea } from '@mantine/core'
import { IconCheck, IconPencil, IconTrash, IconX } from '@tabler/icons-react'
import { queryOptions } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import type { MemoryView } from '../views.ts'
import { exact } from '../words.ts'
import { say } from '../words/say.ts'
import { readAgain, useRead } from '../queries.ts'

const everyMs = 4000

interface StreamMemory {
  stream: string
  source: string
  memory: MemoryView
}

/** What a model made of what it saw, or a fact that somebody told. */
interface MemoryEntryView extends Omit<MemoryView['entries'][number], 'model' | 'part'> {
  part: MemoryView['entries'][number]['part'] | 'fact'
}

const partWords: Record<MemoryEntryView['part'], string> = {
  fact: say('Told'),
  'long-term': say('Long ago'),
  summary: say('Seen'),
  question: say('Asked'),
  said: say('Said'),
}

async function readMemories(flowId: string, node: string): Promise<StreamMemory[]> {
  const { streams } = await api.status(flowId)
  const all = await Promise.all(
    streams.map(async ({ id, source }) => {
      const found = (await api.memory(id)).memories.find((memory) => memory.node === node)
      return found ? [{ stream: id, source, memory: found }] : []
    }),
  )
  return all.flat()
}

function Entry({
  entry,
  onCorrect,
  onForget,
}: {
  entry: MemoryEntryView
  onCorrect(text: string): void
  onForget(): void
}) {
  const [draft, setDraft] = useState<string | null>(null)
  if (draft !== null) {
    const save = (): void => {
      if (draft.trim() !== '' && draft !== entry.text) onCorrect(draft.trim())
      setDraft(null)
    }
    return (
      <li className="memory-entry">
        <Textarea
          aria-label={say('Corrected words')}
          autosize
          minRows={2}
          maxRows={8}
          value={draft}
          onChange={(event) => setDraft(event.currentTarget.value)}
          data-testid="memory-words"
        />
        <ActionIcon variant="subtle" aria-label={say('Keep these words')} onClick={save}>
          <IconCheck size={16} />
        </ActionIcon>
        <ActionIcon variant="subtle" aria-label={say('Leave it as it was')} onClick={() => setDraft(null)}>
          <IconX size={16} />
        </ActionIcon>
      </li>
    )
  }
  return (
    <li className="memory-entry" data-testid="memory-entry">
      <span>
        <span
          className="quiet small"
          title={entry.part === 'summary' || entry.part === 'said' ? entry.range : exact(entry.range)}
        >
          {partWords[entry.part]}{' '}
        </span>
        {entry.text}
      </span>
      <ActionIcon
        variant="subtle"
        aria-label={say('Correct: {value}', { value: entry.text.slice(0, 60) })}
        onClick={() => setDraft(entry.part === 'question' ? (entry.answer ?? entry.text) : entry.text)}
      >
        <IconPencil size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        aria-label={say('Forget: {value}', { value: entry.text.slice(0, 60) })}
        onClick={onForget}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </li>
  )
}

function One({
  name,
  found,
  onChange,
}: {
  name: string | null
  found: StreamMemory
  onChange(work: Promise<unknown>): void
}) {
  const [fact, setFact] = useState('')
  const { memory, stream } = found
  const entries: MemoryEntryView[] = [
    ...memory.facts.map(({ at, ...known }): MemoryEntryView => ({ ...known, range: at, part: 'fact' })),
    ...memory.entries,
  ]
  const add = (): void => {
    if (fact.trim() === '') return
    onChange(api.remember(stream, memory.node, fact.trim()))
    setFact('')
  }
  return (
    <>
      {name !== null && <h4 className="small">{name}</h4>}
      {memory.warnings.map((warning) => (
        <div key={warning} className="notice" data-tone="warn">
          {warning}
        </div>
      ))}
      {entries.length === 0 ? (
        <p className="quiet small">{say('Nothing is remembered yet.')}</p>
      ) : (
        <ul className="memory-list">
          {entries.map((entry) => (
            <Entry
              key={entry.id}
              entry={entry}
              onCorrect={(text) => onChange(api.correctMemory(stream, entry.id, text))}
              onForget={() => onChange(api.forgetMemory(stream, entry.id))}
            />
          ))}
        </ul>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
        className="memory-add"
      >
        <TextInput
          aria-label={say('A fact to remember')}
          placeholder={say("The grandmother's room is on the left.")}
          maxLength={300}
          value={fact}
          onChange={(event) => setFact(event.currentTarget.value)}
          data-testid="memory-fact"
        />
        <Button type="submit" variant="default" disabled={fact.trim() === ''}>
          {say('Remember')}
        </Button>
      </form>
    </>
  )
}

/** The memory of one card, for every camera in front of it. */
export function MemoryPanel({
  flowId,
  node,
  nameOfSource,
}: {
  flowId: string
  node: string
  nameOfSource(source: string): string
}) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const query = queryOptions({
    queryKey: ['memories', flowId, node],
    queryFn: () => readMemories(flowId, node),
    refetchInterval: everyMs,
  })
  const { data: found, failure: unread } = useRead(query)
  const failure = refusal ?? unread
  const change = (work: Promise<unknown>): void => {
    // A running stream writes what it knows about a second later.
    void work
      .then(() => {
        setRefusal(null)
        setTimeout(() => void readAgain(query), 1500)
      })
      .catch((error: unknown) => setRefusal(error instanceof Error ? error.message : String(error)))
  }
  return (
    <>
      {failure !== null && (
        <div className="notice" data-tone="bad">
          {failure}
        </div>
      )}
      {found?.length === 0 && <p className="quiet small">{say('It begins to remember once the flow is deployed.')}</p>}
      {found?.map((each) => (
        <One
          key={each.stream}
          found={each}
          name={found.length > 1 ? nameOfSource(each.source) : null}
          onChange={change}
        />
      ))}
    </>
  )
}
