// The first flow in one click: Fall alert, on a clip, a camera in the network, or this browser's webcam. It ends running.
import { Button, FileButton, Progress, TextInput } from '@mantine/core'
import { IconDeviceCctv, IconMovie, IconVideo, type Icon } from '@tabler/icons-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import { api } from '../api.ts'
import { startShare } from '../canvas/share-camera.ts'
import { CameraTest } from '../form/widgets/CameraTest.tsx'
import { useUpload } from '../form/use-upload.ts'
import { streamIdOf } from '../graph/reach.ts'
import { cameraFromAddress, fallAlert, type StarterCamera } from '../graph/starter.ts'
import { freeName } from './new-flow.ts'
import { go } from '../route.ts'
import { readFlows, useSession } from '../session.ts'
import { keepWish, roomyWish } from '../wishes.ts'

/** Makes the flow, starts it, and goes to its canvas. */
async function begin(camera: StarterCamera): Promise<void> {
  const { types, flows } = useSession.getState()
  const document = fallAlert(camera, types)
  document.name = freeName(
    document.name,
    (flows ?? []).map((flow) => flow.name),
  )
  const { id } = await api.createFlow(document)
  await api.deploy(id)
  void readFlows()
  if (camera.kind === 'browser') void startShare(streamIdOf(id, 'camera'), 'camera')
  keepWish(roomyWish, id)
  go(`/flows/${id}`)
}

function useBegin(): { failure: string | null; isBusy: boolean; start(camera: StarterCamera): Promise<void> } {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const start = async (camera: StarterCamera): Promise<void> => {
    setFailure(null)
    setBusy(true)
    await begin(camera).catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
    setBusy(false)
  }
  return { failure, isBusy, start }
}

function Way({
  icon: Found,
  title,
  text,
  failure,
  children,
}: {
  icon: Icon
  title: string
  text: string
  failure: string | null | undefined
  children: ReactNode
}) {
  return (
    <section className="way surface">
      <Found size={28} stroke={1.5} aria-hidden />
      <h3>{title}</h3>
      <p className="quiet small">{text}</p>
      <div className="way-action">{children}</div>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
    </section>
  )
}

function ClipWay() {
  const { failure, isBusy, start } = useBegin()
  const upload = useUpload()
  const take = async (file: File | null): Promise<void> => {
    const stored = file && (await upload.send(file))
    if (stored) await start({ kind: 'file', path: stored.path })
  }
  return (
    <Way
      icon={IconMovie}
      title="A clip"
      text="Upload a video. Heed plays it as if it were a camera, again and again."
      failure={upload.failure ?? failure}
    >
      <FileButton
        accept="video/*,.mkv,.ts,.mjpeg"
        onChange={(file) => void take(file)}
        inputProps={{ 'data-testid': 'starter-clip', 'aria-label': 'Clip to watch' } as object}
      >
        {(button) => (
          <Button
            {...button}
            fullWidth
            loading={isBusy}
            disabled={upload.share !== null}
            data-testid="starter-clip-button"
          >
            {upload.share === null ? 'Choose a clip' : `Uploading, ${Math.round(upload.share * 100)} %`}
          </Button>
        )}
      </FileButton>
      {upload.share !== null && <Progress value={upload.share * 100} mt={8} size="sm" aria-label="Upload" />}
    </Way>
  )
}

function AddressWay() {
  const [address, setAddress] = useState('')
  const { failure, isBusy, start } = useBegin()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (address.trim() !== '') void start(cameraFromAddress(address))
  }
  return (
    <Way
      icon={IconDeviceCctv}
      title="A camera"
      text="Any camera in your network that has an address. The password is kept sealed."
      failure={failure}
    >
      <form onSubmit={submit}>
        <TextInput
          aria-label="Address of the camera"
          placeholder="rtsp://user:password@10.0.0.7/stream2"
          autoComplete="off"
          spellCheck={false}
          mb={8}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          data-testid="starter-url"
        />
        <Button
          type="submit"
          fullWidth
          loading={isBusy}
          disabled={address.trim() === ''}
          data-testid="starter-url-button"
        >
          Watch this camera
        </Button>
      </form>
      {address.trim() !== '' && <CameraTest config={{ ...cameraFromAddress(address) }} />}
    </Way>
  )
}

function WebcamWay() {
  const { failure, isBusy, start } = useBegin()
  return (
    <Way
      icon={IconVideo}
      title="This browser's webcam"
      text="Pictures leave this browser only while the flow runs, and go nowhere but to this Heed."
      failure={failure}
    >
      <Button
        fullWidth
        loading={isBusy}
        onClick={() => void start({ kind: 'browser' })}
        data-testid="starter-webcam-button"
      >
        Use my webcam
      </Button>
    </Way>
  )
}

/** The three ways, side by side. */
export function Starter() {
  return (
    <section aria-labelledby="starter-title" data-testid="starter">
      <h2 id="starter-title">Fall alert</h2>
      <p className="quiet lead">
        Heed watches, and warns you the moment a person falls. It runs on this machine; nothing else is needed. What
        should it watch?
      </p>
      <div className="ways">
        <ClipWay />
        <AddressWay />
        <WebcamWay />
      </div>
    </section>
  )
}
