// A clip for a file camera: one that lies here already, or a new one, sent with its progress shown.
import { Button, FileButton, NativeSelect, Progress } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { api } from '../../api.ts'
import { useUpload } from '../use-upload.ts'
import type { MediaFile } from '../../views.ts'
import { bytes } from '../../words.ts'
import { CameraTest } from './CameraTest.tsx'
import { inputProps, textOf, type WidgetProps } from './widget.ts'
import { say } from '../../words/say.ts'

/** `media` */
export function MediaWidget(props: WidgetProps) {
  const [files, setFiles] = useState<MediaFile[]>([])
  const { share, failure, send } = useUpload()
  const value = textOf(props.value)
  useEffect(() => {
    let isHere = true
    api
      .media()
      .then((found) => isHere && setFiles(found))
      .catch(() => undefined)
    return () => {
      isHere = false
    }
  }, [value])
  const data = files.map((file) => ({ value: file.path, label: `${file.path} (${bytes(file.bytes)})` }))
  if (!files.some((file) => file.path === value))
    data.unshift({ value, label: value === '' ? say('Choose a clip…') : value })
  const upload = async (file: File | null): Promise<void> => {
    const stored = file && (await send(file))
    if (stored) props.onChange(stored.path)
  }
  return (
    <div>
      <NativeSelect
        {...inputProps(props)}
        error={failure ?? props.error}
        data={data}
        value={value}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
      />
      <FileButton
        accept="video/*,.mkv,.ts,.mjpeg"
        onChange={(file) => void upload(file)}
        inputProps={{ 'data-testid': 'media-upload', 'aria-label': say('Upload a clip') } as object}
      >
        {(button) => (
          <Button
            {...button}
            variant="default"
            size="xs"
            mt={8}
            disabled={props.isReadOnly || share !== null}
            leftSection={<IconUpload size={16} aria-hidden />}
          >
            {share === null ? say('Upload a clip') : say('Uploading, {share} %', { share: Math.round(share * 100) })}
          </Button>
        )}
      </FileButton>
      {share !== null && <Progress value={share * 100} mt={8} size="sm" aria-label={say('Upload')} />}
      {props.owner && value !== '' && share === null && <CameraTest config={props.config} owner={props.owner} />}
    </div>
  )
}
