// A template's questions, each drawn by its kind. What is answered is held by the page.
import { NativeSelect, Radio, Stack, Textarea, TextInput } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import { ConfigForm } from '../form/ConfigForm.tsx'
import { useSignIn } from '../sign-in.ts'
import type { Problem } from '../views.ts'
import { CameraQuestion } from './CameraQuestion.tsx'
import { ConnectionQuestion } from './ConnectionQuestion.tsx'
import { useWords } from './gallery-words.ts'
import {
  noCamera,
  placeOf,
  readHours,
  receiverFields,
  writeHours,
  zonePlace,
  type Given,
  cameraConfig,
  type CameraChoice,
} from './template-answers.ts'
import type { AskView, TemplateDocument } from './template-views.ts'
import { api } from '../api.ts'
import type { Ground } from '../form/widgets/picture-to-draw-on.ts'
import { RectangleWidget } from '../form/widgets/RectangleWidget.tsx'
import { heldStill } from './held-media.ts'

type Trouble = Pick<Problem, 'node' | 'field' | 'message'>

interface Props {
  template: TemplateDocument
  given: Given
  problems: readonly Trouble[]
  onChange(next: (given: Given) => Given): void
  /** Something was added here that the template may have lacked. */
  onChanged(): void
}

interface OneProps extends Props {
  ask: AskView
  trouble: string | undefined
  set(place: string, value: unknown): void
}

/** A field's own words and help, as its card has them. */
function useSchema({ template, ask }: OneProps) {
  const type = template.document.nodes.find(({ id }) => id === ask.node)?.type ?? ''
  return useSignIn(({ types }) => types.get(type)?.config)
}

function ReceiverQuestion(props: OneProps) {
  const { ask, given, problems, set } = props
  const schema = useSchema(props)
  if (!schema) return null
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([name]) => receiverFields.includes(name))
      .map(([name, field]) => [name, { ...field, advanced: false }]),
  )
  const config = Object.fromEntries(receiverFields.map((field) => [field, given.values[`${ask.node}.${field}`]]))
  return (
    <ConfigForm
      schema={{ ...schema, properties }}
      config={config}
      problems={problems.filter(({ node }) => node === ask.node) as Problem[]}
      onChange={(field, value) => set(`${ask.node}.${field}`, value)}
    />
  )
}

function TimeQuestion({ ask, given, trouble, set }: OneProps) {
  const { words } = useWords()
  const value = given.values[placeOf(ask)]
  const hours = readHours(value)
  const zone = given.values[zonePlace(ask)]
  const change = (part: Partial<NonNullable<typeof hours>>): void =>
    hours ? set(placeOf(ask), writeHours({ ...hours, ...part })) : undefined
  const clock = (part: 'from' | 'to', label: string) => (
    <TextInput
      type="time"
      label={label}
      required
      withAsterisk={false}
      value={hours?.[part] ?? ''}
      onChange={(event) => event.currentTarget.value && change({ [part]: event.currentTarget.value })}
      data-testid={`time-${part}`}
    />
  )
  return (
    <div className="time-question">
      {hours ? (
        <>
          <NativeSelect
            label={words.days}
            data={[
              { value: 'daily', label: words.daily },
              { value: 'Mon-Fri', label: words.weekdays },
              { value: 'Sat,Sun', label: words.weekend },
            ]}
            value={hours.days}
            onChange={(event) => change({ days: event.currentTarget.value as typeof hours.days })}
          />
          {clock('from', words.from)}
          {clock('to', words.to)}
        </>
      ) : (
        <TextInput
          aria-label={ask.label}
          value={Array.isArray(value) ? value.join('; ') : String(value ?? '')}
          onChange={(event) => set(placeOf(ask), event.currentTarget.value)}
        />
      )}
      {typeof zone === 'string' && (
        <NativeSelect
          label={words.zone}
          data={[...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
          value={zone}
          onChange={(event) => set(zonePlace(ask), event.currentTarget.value)}
          data-testid="time-zone"
        />
      )}
      {trouble && <p className="question-trouble">{trouble}</p>}
    </div>
  )
}

function ChoiceQuestion({ ask, given, set, labelledBy }: OneProps & { labelledBy: string }) {
  const { options = [] } = ask
  const chosen = String(given.values[placeOf(ask)] ?? '')
  return (
    <Radio.Group
      aria-labelledby={labelledBy}
      value={chosen}
      onChange={(next) => set(placeOf(ask), options.find(({ value }) => String(value) === next)?.value)}
    >
      <div className="choices">
        {options.map(({ value, label }) => (
          <Radio key={value} value={String(value)} label={label} />
        ))}
      </div>
    </Radio.Group>
  )
}

function TextQuestion({ ask, given, trouble, set, labelledBy }: OneProps & { labelledBy: string }) {
  return (
    <Textarea
      aria-labelledby={labelledBy}
      autosize
      minRows={2}
      error={trouble}
      value={String(given.values[placeOf(ask)] ?? '')}
      onChange={(event) => set(placeOf(ask), event.currentTarget.value)}
      data-testid={`ask-${ask.node}-${ask.field}`}
    />
  )
}

/** A template draws on the camera that it asks about. */
function firstCamera({ template, given }: OneProps) {
  const node = template.asks.find(({ kind }) => kind === 'camera')?.node ?? ''
  return { node, choice: given.cameras[node] ?? noCamera }
}

function bodyOf(props: OneProps, labelledBy: string): ReactNode {
  const { ask, template, given, trouble, onChange, onChanged, set } = props
  switch (ask.kind) {
    case 'camera':
      return (
        <CameraQuestion
          node={ask.node}
          prefersScreen={template.tags.includes('screen')}
          choice={given.cameras[ask.node] ?? noCamera}
          trouble={trouble}
          labelledBy={labelledBy}
          onChange={(choice) => onChange((now) => ({ ...now, cameras: { ...now.cameras, [ask.node]: choice } }))}
        />
      )
    case 'connection':
      return (
        <ConnectionQuestion
          template={template}
          ask={ask}
          value={given.values[placeOf(ask)]}
          trouble={trouble}
          labelledBy={labelledBy}
          onChoose={(name) => set(placeOf(ask), name)}
          onChanged={onChanged}
        />
      )
    case 'receiver':
      return <ReceiverQuestion {...props} />
    case 'time':
      return <TimeQuestion {...props} />
    case 'zone':
      return (
        <ZoneQuestion
          {...props}
          camera={firstCamera(props)}
          label={ask.label}
          value={given.values[placeOf(ask)]}
          onChange={(zone) => set(placeOf(ask), zone)}
        />
      )
    case 'choice':
      return <ChoiceQuestion {...props} labelledBy={labelledBy} />
    default:
      return <TextQuestion {...props} labelledBy={labelledBy} />
  }
}

function Question(props: OneProps) {
  const id = useId()
  return (
    <div className="question" data-testid={`question-${props.ask.kind}`}>
      <h3 id={id}>{props.ask.label}</h3>
      {bodyOf(props, id)}
    </div>
  )
}

/** All of them, and what is wrong with a card that nobody is asked about. */
export function Questions(props: Props) {
  const { template, problems, onChange } = props
  const set = (place: string, value: unknown): void =>
    onChange((now) => ({ ...now, values: { ...now.values, [place]: value } }))
  const asked = new Set(template.asks.map(({ node }) => node))
  return (
    <Stack gap={24}>
      {template.asks.map((ask) => (
        <Question
          key={placeOf(ask)}
          {...props}
          ask={ask}
          set={set}
          trouble={
            problems.find(
              ({ node, field }) => node === ask.node && (ask.kind === 'camera' || field?.split('.')[0] === ask.field),
            )?.message
          }
        />
      ))}
      {problems
        .filter(({ node }) => node === null || !asked.has(node))
        .map(({ message }) => (
          <div key={message} className="notice" data-tone="bad">
            {message}
          </div>
        ))}
    </Stack>
  )
}

// Which part of the picture is meant: drawn on what the camera sees, before anything starts.
interface ZoneProps {
  /** The card whose pictures are drawn on, and what was chosen for it. */
  camera: { node: string; choice: CameraChoice }
  label: string
  value: unknown
  trouble: string | undefined
  onChange(value: unknown): void
}

function ZoneQuestion({ camera, label, value, trouble, onChange }: ZoneProps) {
  const { words } = useWords()
  const take = async (): Promise<Ground> => {
    const config = cameraConfig(camera.choice)
    if (!config) throw new Error(words.chooseCamera)
    const own = await heldStill(camera.node)
    if (own !== null) return { source: own, words: null, burn: null }
    const seen = await api.testCamera(config)
    if (!seen.ok) throw new Error(seen.message)
    return { source: seen.snapshot, words: null, burn: null }
  }
  return (
    <RectangleWidget
      name="zone"
      label={label}
      schema={{}}
      value={value}
      error={trouble}
      isRequired
      config={{}}
      take={take}
      onChange={onChange}
    />
  )
}
