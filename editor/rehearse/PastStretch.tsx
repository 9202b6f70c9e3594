// A stretch of what a camera has kept, to be rehearsed like a clip: which one, and from when to when within it.
import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { AskedStretch, StreamRecording } from '../views.ts'
import { exact } from '../words.ts'
import { say } from '../words/say.ts'

/** A rehearsal takes no longer stretch. */
const longestMs = 6 * 3_600_000

/** Every stretch, the newest first, as it would be asked for: at most the last six hours of it. */
export function stretchesOf(recordings: readonly StreamRecording[]): (AskedStretch & { camera: string })[] {
  return recordings
    .flatMap(({ stream, camera, stretches }) =>
      stretches.map(({ from, to }) => {
        const first = Math.max(Date.parse(from), Date.parse(to) - longestMs)
        return { stream, camera, from: new Date(first).toISOString(), to }
      }),
    )
    .sort((a, b) => (a.to < b.to ? 1 : -1))
}

/** An instant as a field for local date and time takes it: "2026-03-01T08:05:09". */
export function toField(iso: string): string {
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

/** What stands in such a field, held inside the stretch; null where it is no time. */
export function fromField(text: string, { from, to }: Pick<AskedStretch, 'from' | 'to'>): string | null {
  const at = new Date(text).getTime()
  if (Number.isNaN(at)) return null
  return new Date(Math.min(Math.max(at, Date.parse(from)), Date.parse(to))).toISOString()
}

/** Chooses one; nothing where no camera of the flow keeps pictures. */
export function PastStretch({
  recordings,
  nameOf,
  onChoose,
}: {
  recordings: readonly StreamRecording[]
  nameOf(camera: string): string
  onChoose(stretch: AskedStretch | null): void
}) {
  const stretches = stretchesOf(recordings)
  const [index, setIndex] = useState('')
  const [fields, setFields] = useState({ from: '', to: '' })
  if (stretches.length === 0) return null
  const whole = stretches[Number(index === '' ? Number.NaN : index)]
  const choose = (next: string): void => {
    const stretch = stretches[Number(next === '' ? Number.NaN : next)]
    setIndex(next)
    setFields(stretch ? { from: toField(stretch.from), to: toField(stretch.to) } : { from: '', to: '' })
    onChoose(stretch ? { stream: stretch.stream, from: stretch.from, to: stretch.to } : null)
  }
  const change = (part: 'from' | 'to', text: string): void => {
    const next = { ...fields, [part]: text }
    setFields(next)
    if (!whole) return
    const [from, to] = [fromField(next.from, whole), fromField(next.to, whole)]
    onChoose(from !== null && to !== null && from < to ? { stream: whole.stream, from, to } : null)
  }
  return (
    <div className="stack" data-testid="past-stretch">
      <NativeSelect
        label={say('Or a past stretch of a camera')}
        value={index}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { value: '', label: say('None') },
          ...stretches.map(({ camera, from, to }, at) => ({
            value: String(at),
            label: say('{camera}: {from} to {to}', { camera: nameOf(camera), from: exact(from), to: exact(to) }),
          })),
        ]}
      />
      {whole && (
        <div className="row">
          {(['from', 'to'] as const).map((part) => (
            <TextInput
              key={part}
              type="datetime-local"
              step={1}
              label={part === 'from' ? say('From') : say('To')}
              value={fields[part]}
              min={toField(whole.from)}
              max={toField(whole.to)}
              onChange={(event) => change(part, event.currentTarget.value)}
            />
          ))}
        </div>
      )}
    </div>
  )
}
