// On which clips a flow is rehearsed, and with what: choose, bring one, run.
import { Button, Checkbox, FileButton, NativeSelect, Switch } from '@mantine/core'
import { IconPlayerPlay, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useUpload } from '../form/use-upload.ts'
import { nameOf } from '../graph/check.ts'
import { useSignIn } from '../sign-in.ts'
import type { AskedStretch } from '../views.ts'
import { PastStretch } from './PastStretch.tsx'
import { fileName } from './rehearse-words.ts'
import { readClips, rehearse, useRehearsing, watchers } from './rehearsal-store.ts'
import { say } from '../words/say.ts'
import { useConnections } from '../queries.ts'

/** The clips of the flow's own tests. */
function tested(tests: unknown): string[] {
  return (Array.isArray(tests) ? (tests as unknown[]) : []).flatMap((test) =>
    typeof test === 'object' && test !== null && 'clip' in test && typeof test.clip === 'string' ? [test.clip] : [],
  )
}

function useChoice() {
  const stored = useRehearsing((state) => state.stored)
  const media = useRehearsing((state) => state.media) ?? []
  const last = useRehearsing((state) => state.list[0])
  const [chosen, setChosen] = useState<readonly string[] | null>(null)
  const tests = tested(stored?.document['tests'])
  const named = new Set(tests.map(fileName))
  const here = media.map(({ path }) => path)
  const known = new Set(here.map(fileName))
  /** Below a folder that was named to Heed: not uploaded, and there all the same. */
  const elsewhere = [...new Set([...tests, ...(last?.request.clips ?? [])])].filter(
    (path) => path.startsWith('/') && !known.has(fileName(path)),
  )
  const clips = [...here, ...elsewhere]
  const proposed = last?.request.clips.filter((path) => clips.includes(path)) ?? []
  const fitting = clips.filter((path) => named.has(fileName(path)))
  const first = proposed.length > 0 ? proposed : fitting.length > 0 || clips.length > 1 ? fitting : clips
  return { clips, named, ticked: chosen ?? first, setChosen }
}

function UploadClip({ onSent }: { onSent(path: string): void }) {
  const { share, failure, send } = useUpload()
  const upload = async (file: File | null): Promise<void> => {
    const sent = file && (await send(file))
    if (!sent) return
    await readClips()
    onSent(sent.path)
  }
  return (
    <>
      <FileButton
        accept="video/*,.mkv,.ts,.mjpeg"
        onChange={(file) => void upload(file)}
        inputProps={{ 'data-testid': 'rehearse-upload', 'aria-label': say('Upload a clip') } as object}
      >
        {(button) => (
          <Button
            {...button}
            variant="default"
            size="xs"
            disabled={share !== null}
            leftSection={<IconUpload size={16} aria-hidden />}
          >
            {share === null ? say('Upload a clip') : say('Uploading, {share} %', { share: Math.round(share * 100) })}
          </Button>
        )}
      </FileButton>
      {failure && (
        <p className="small" role="alert">
          {failure}
        </p>
      )}
    </>
  )
}

/** A past stretch of one of the flow's cameras, where they keep their pictures. */
function Kept({ onChoose }: { onChoose(stretch: AskedStretch | null): void }) {
  const { kept, stored } = useRehearsing()
  const types = useSignIn(({ types }) => types)
  const nodes = stored?.document.nodes ?? []
  return (
    <PastStretch
      recordings={kept}
      nameOf={(camera) =>
        nameOf(
          nodes.find(({ id }) => id === camera),
          types,
        )
      }
      onChoose={onChoose}
    />
  )
}

/** The wishes and the button that runs them. */
export function Wishes() {
  const { clips, named, ticked, setChosen } = useChoice()
  const stored = useRehearsing((state) => state.stored)
  const isRunning = useRehearsing((state) => state.now?.state === 'running')
  const fitting = useConnections().filter(({ can }) => can.watch !== undefined)
  const [connection, setConnection] = useState('')
  const [askAgents, setAskAgents] = useState(false)
  const [stretch, setStretch] = useState<AskedStretch | null>(null)
  const run = (): void =>
    void rehearse({
      // A past stretch is one camera's: it is rehearsed by itself.
      ...(stretch ? { clips: [], stretches: [stretch] } : { clips: [...ticked] }),
      askAgents,
      ...(connection === '' ? {} : { connection }),
    })
  return (
    <div className="stack" data-testid="rehearse-wishes">
      {clips.length === 0 ? (
        <p className="quiet">
          {say('There is no clip here yet. Upload one that shows what matters, and one that shows a calm day.')}
        </p>
      ) : (
        <Checkbox.Group label={say('On which clips?')} value={[...ticked]} onChange={setChosen}>
          <div className="rehearse-clips">
            {clips.map((path) => (
              <Checkbox
                key={path}
                value={path}
                label={fileName(path)}
                description={named.has(fileName(path)) ? say('Has tests') : undefined}
                data-testid={`rehearse-clip-${fileName(path)}`}
              />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <UploadClip onSent={(path) => setChosen([...ticked, path])} />
      <Kept onChoose={setStretch} />
      {watchers(stored).length > 0 && fitting.length > 1 && (
        <NativeSelect
          label={say('With which model?')}
          value={connection}
          onChange={(event) => setConnection(event.currentTarget.value)}
          data={[
            { value: '', label: say('The one that is drawn') },
            ...fitting.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
      )}
      <Switch
        label={say('Ask agents for real')}
        description={say('Otherwise a question to an agent is only written down.')}
        checked={askAgents}
        onChange={(event) => setAskAgents(event.currentTarget.checked)}
      />
      <Button
        onClick={run}
        disabled={(ticked.length === 0 && stretch === null) || isRunning}
        leftSection={<IconPlayerPlay size={18} aria-hidden />}
        data-testid="rehearse-run"
      >
        {say('Rehearse')}
      </Button>
    </div>
  )
}
