// Which part of the picture is meant: drawn on what the camera sees, before anything starts.
import { api } from '../api.ts'
import type { Ground } from '../form/widgets/picture-to-draw-on.ts'
import { RectangleWidget } from '../form/widgets/RectangleWidget.tsx'
import { useWords } from './gallery-words.ts'
import { heldStill } from './held-media.ts'
import { cameraConfig, type CameraChoice } from './template-answers.ts'

interface Props {
  /** The card whose pictures are drawn on, and what was chosen for it. */
  camera: { node: string; choice: CameraChoice }
  label: string
  value: unknown
  trouble: string | undefined
  onChange(value: unknown): void
}

export function ZoneQuestion({ camera, label, value, trouble, onChange }: Props) {
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
