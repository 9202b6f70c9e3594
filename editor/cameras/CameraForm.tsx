// Adding or changing one camera: where it is, its tags, what it must never show, and its picture while one types.
import { Button, TagsInput, TextInput } from '@mantine/core'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { Point } from '../../nodes/contract/frames.ts'
import { api } from '../api.ts'
import { ConfigForm } from '../form/ConfigForm.tsx'
import { PolygonsWidget } from '../form/widgets/PolygonsWidget.tsx'
import { ConfirmButton } from '../panels/ConfirmButton.tsx'
import { follow } from '../panels/Rail.tsx'
import { useSignIn } from '../sign-in.ts'
import type { CameraReport, CameraView, FieldSchema } from '../views.ts'
import { say } from '../words/say.ts'
import { camerasQuery, readAgain } from '../queries.ts'

const ownFields = ['kind', 'path', 'url', 'transport', 'device', 'aspect']
const ownKinds = ['rtsp', 'url', 'device', 'file']
/** Long enough that a camera is not asked at every letter. */
const typedForMs = 900

/** The camera card's form, without what is the flow's or stands for a camera of this list. */
function useOwnSchema(): FieldSchema | null {
  const types = useSignIn(({ types }) => types)
  const config = [...types.values()].find(({ does }) => does?.includes('capture'))?.config
  if (!config) return null
  const own = Object.entries(config.properties ?? {}).filter(([name]) => ownFields.includes(name))
  const properties = Object.fromEntries(own)
  const { kind } = properties
  if (kind)
    properties['kind'] = {
      ...kind,
      // Four of them do not fit side by side in the panel.
      widget: 'select',
      enum: ownKinds,
      options: ownKinds.flatMap((value) => kind.options?.filter((option) => option.value === value) ?? []),
    }
  return { ...config, properties }
}

function isComplete({ kind, url, path }: Record<string, unknown>): boolean {
  if (kind === 'file') return typeof path === 'string' && path !== ''
  if (kind === 'device') return true
  return typeof url === 'string' && URL.canParse(url) && new URL(url).hostname !== '' && !url.endsWith('//')
}

type Seen = CameraReport | 'looking' | null

/** What it shows, a moment after the last change; nothing is asked of what is stored and untouched. */
function usePreview(config: Record<string, unknown>, existing: CameraView | undefined): Seen {
  const [seen, setSeen] = useState<Seen>(null)
  const isFirst = useRef(true)
  const text = JSON.stringify(config)
  const name = existing?.name
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false
      return
    }
    setSeen(null)
    const typed = JSON.parse(text) as Record<string, unknown>
    if (!isComplete(typed)) return
    let isHere = true
    const timer = setTimeout(() => {
      setSeen('looking')
      const asked = name === undefined ? api.testCamera(typed) : api.tryCamera(name, { config: typed })
      asked
        .catch((error: unknown) => ({
          ok: false as const,
          code: '',
          message: error instanceof Error ? error.message : String(error),
        }))
        .then((report) => isHere && setSeen(report))
        .catch(() => undefined)
    }, typedForMs)
    return () => {
      isHere = false
      clearTimeout(timer)
    }
  }, [text, name])
  return seen
}

function Preview({ seen }: { seen: Seen }) {
  if (seen === null) return null
  if (seen === 'looking') return <div className="skeleton camera-preview" role="status" aria-label={say('Looking')} />
  return (
    <div role="status">
      {seen.ok ? (
        <img className="camera-preview" src={seen.snapshot} alt={say('What the camera sees now')} />
      ) : (
        <div className="notice" data-tone="bad" data-testid="camera-preview-failed">
          {seen.message}
        </div>
      )}
    </div>
  )
}

interface Props {
  existing: CameraView | undefined
  /** What was found of it in the network. */
  start?: { name: string; url: string } | undefined
  onDone(name: string | null): void
}

function useCameraForm({ existing, start, onDone }: Props) {
  const [name, setName] = useState(existing?.name ?? start?.name ?? '')
  const [config, setConfig] = useState<Record<string, unknown>>(
    existing?.config ?? { kind: 'rtsp', ...(start ? { url: start.url } : {}) },
  )
  const [tags, setTags] = useState<string[]>(existing?.tags ?? [])
  const [masks, setMasks] = useState<Point[][]>(existing?.masks ?? [])
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState<'save' | 'test' | null>(null)
  const run = (what: 'save' | 'test', work: () => Promise<void>): void => {
    setBusy(what)
    setFailure(null)
    work()
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        setBusy(null)
        void readAgain(camerasQuery)
      })
  }
  const save = (event: FormEvent): void => {
    event.preventDefault()
    run('save', async () => {
      if (existing) await api.changeCamera(existing.name, { config, tags, masks })
      else await api.addCamera({ name: name.trim(), config, tags, masks })
      const saved = existing?.name ?? name.trim()
      onDone(existing ? null : saved)
      // Its first picture, for the list.
      await api.tryCamera(saved).catch(() => undefined)
    })
  }
  const test = (): void =>
    run('test', async () => {
      const report = await api.tryCamera(existing?.name ?? '')
      if (!report.ok) throw new Error(report.message)
    })
  const remove = (): void =>
    run('save', async () => {
      await api.removeCamera(existing?.name ?? '')
      onDone(null)
    })
  return { name, setName, config, setConfig, tags, setTags, masks, setMasks, failure, busy, save, test, remove }
}

function UsedBy({ usedBy }: CameraView) {
  const flows = [...new Map(usedBy.map((use) => [use.flow, use.name]))]
  if (flows.length === 0) return <p className="small quiet">{say('No flow uses this camera yet.')}</p>
  return (
    <p className="small">
      {say('Used by')}{' '}
      {flows.map(([id, name], at) => (
        <span key={id}>
          {at > 0 && ', '}
          <a href={`/flows/${id}`} onClick={follow}>
            {name}
          </a>
        </span>
      ))}
    </p>
  )
}

function Masks({ existing, form }: { existing: CameraView; form: ReturnType<typeof useCameraForm> }) {
  return (
    <PolygonsWidget
      name="masks"
      label={say('Never shown')}
      schema={{ help: say('Covered before anybody or any model sees the picture, in every flow.') }}
      value={form.masks}
      isRequired={false}
      error={undefined}
      config={{}}
      onChange={(next) => form.setMasks(Array.isArray(next) ? (next as Point[][]) : [])}
      ground={async () => {
        const report = await api.tryCamera(existing.name, { bare: true })
        if (!report.ok) throw new Error(report.message)
        return { source: report.snapshot, words: null, burn: null }
      }}
    />
  )
}

/** The side panel's form. */
export function CameraForm(props: Props) {
  const { existing } = props
  const form = useCameraForm(props)
  const schema = useOwnSchema()
  const seen = usePreview(form.config, existing)
  return (
    <form className="stack" onSubmit={form.save} noValidate>
      <Preview seen={seen} />
      {!existing && (
        <TextInput
          label={say('Name')}
          description={say('As people call the place: “Front door”.')}
          value={form.name}
          onChange={(event) => form.setName(event.currentTarget.value)}
          data-testid="camera-name"
        />
      )}
      {schema && (
        <ConfigForm
          schema={schema}
          config={form.config}
          problems={[]}
          onChange={(field, value) => form.setConfig((now) => ({ ...now, [field]: value }))}
        />
      )}
      <TagsInput
        label={say('Tags')}
        description={say('A flow can watch all cameras that have one.')}
        value={form.tags}
        onChange={form.setTags}
        data-testid="camera-tags"
      />
      {existing && <Masks existing={existing} form={form} />}
      {existing && <UsedBy {...existing} />}
      {form.failure && (
        <div className="notice" data-tone="bad" role="alert">
          {form.failure}
        </div>
      )}
      <div className="row">
        <Button type="submit" loading={form.busy === 'save'} data-testid="camera-save">
          {existing ? say('Save') : say('Add')}
        </Button>
        {existing && (
          <>
            <Button variant="default" loading={form.busy === 'test'} onClick={form.test} data-testid="camera-try">
              {say('Test')}
            </Button>
            <ConfirmButton question={say('Delete for good?')} onConfirm={form.remove} data-testid="camera-delete">
              {say('Delete')}
            </ConfirmButton>
          </>
        )}
      </div>
    </form>
  )
}
