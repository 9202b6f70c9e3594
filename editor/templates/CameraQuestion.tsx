// What should be watched: this device's camera or screen, a camera's address, a video file; each shown before anything starts.
import { Button, FileButton, NativeSelect, Progress, TextInput } from '@mantine/core'
import { IconDeviceCctv, IconDeviceDesktop, IconMovie, IconUpload, IconVideo, type Icon } from '@tabler/icons-react'
import { useEffect, useId, useRef, useState } from 'react'
import { api } from '../api.ts'
import { useUpload } from '../form/use-upload.ts'
import type { CameraReport, MediaFile } from '../views.ts'
import { bytes } from '../words.ts'
import { useWords, type GalleryWords } from './gallery-words.ts'
import { dropMedia, holdMedia } from './held-media.ts'
import { cameraConfig, type CameraChoice } from './template-answers.ts'

interface Props {
  node: string
  prefersScreen: boolean
  choice: CameraChoice
  trouble: string | undefined
  labelledBy: string
  onChange(choice: CameraChoice): void
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The browser's own picture, live; let go of when the page is left without starting. */
function OwnPicture({ node, what }: { node: string; what: 'camera' | 'screen' }) {
  const { words } = useWords()
  const video = useRef<HTMLVideoElement>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    let isHere = true
    setFailure(null)
    holdMedia(node, what)
      .then((media) => {
        if (!isHere) dropMedia(node)
        else if (video.current) video.current.srcObject = media
      })
      .catch((error: unknown) => isHere && setFailure(messageOf(error)))
    return () => {
      isHere = false
      dropMedia(node)
    }
  }, [node, what])
  if (failure)
    return (
      <div className="notice" data-tone="bad" role="alert">
        {failure}
      </div>
    )
  return (
    <>
      <video ref={video} className="camera-picture" autoPlay muted playsInline data-testid="camera-live" />
      <p className="small quiet">{words.privateNote}</p>
    </>
  )
}

const pauseMs = 2500
/** So long is a camera looked at; nobody aims one for longer. */
const mostLooks = 30

/** Pictures of a camera or clip as the server sees it: one after another while somebody looks. `asked` counts presses of Test. */
function ServerPicture({ choice, asked }: { choice: CameraChoice; asked: number }) {
  const { words } = useWords()
  const [report, setReport] = useState<CameraReport | null>(null)
  const config = JSON.stringify(cameraConfig(choice))
  const isLive = choice.way === 'address'
  useEffect(() => {
    let isHere = true
    let timer: ReturnType<typeof setTimeout> | undefined
    setReport(null)
    const look = async (left: number): Promise<void> => {
      const seen = await api
        .testCamera(JSON.parse(config) as Record<string, unknown>)
        .catch((error: unknown): CameraReport => ({ ok: false, code: '', message: messageOf(error) }))
      if (!isHere) return
      setReport(seen)
      if (isLive && seen.ok && left > 0) timer = setTimeout(() => void look(left - 1), pauseMs)
    }
    void look(mostLooks)
    return () => {
      isHere = false
      clearTimeout(timer)
    }
  }, [config, isLive, asked])
  if (!report) return <p className="camera-picture camera-waiting small quiet">{words.testing}</p>
  if (!report.ok)
    return (
      <div className="notice" data-tone="bad" role="alert" data-testid="camera-trouble">
        {report.message}
      </div>
    )
  const source = /^(data:|\/)/.test(report.snapshot) ? report.snapshot : `data:image/jpeg;base64,${report.snapshot}`
  return (
    <>
      <img className="camera-picture" src={source} alt={words.seesThis} data-testid="camera-seen" />
      <p className="small quiet">
        {words.seesThis} {report.width}×{report.height}
      </p>
    </>
  )
}

function Address({ choice, onChange }: Pick<Props, 'choice' | 'onChange'>) {
  const { words } = useWords()
  /** What Test was pressed on, and how often: while one types, nothing is opened. */
  const [tested, setTested] = useState({ address: '', count: 0 })
  return (
    <>
      <form
        className="row address-row"
        onSubmit={(event) => {
          event.preventDefault()
          setTested(({ count }) => ({ address: choice.address, count: count + 1 }))
        }}
      >
        <TextInput
          aria-label={words.addressLabel}
          description={words.addressHelp}
          placeholder="rtsp://user:password@10.0.0.7/stream2"
          autoComplete="off"
          spellCheck={false}
          value={choice.address}
          onChange={(event) => onChange({ ...choice, address: event.currentTarget.value })}
          data-testid="camera-address"
        />
        <Button type="submit" variant="default" disabled={choice.address.trim() === ''} data-testid="camera-test">
          {words.test}
        </Button>
      </form>
      {tested.count > 0 && tested.address === choice.address && choice.address.trim() !== '' && (
        <ServerPicture choice={choice} asked={tested.count} />
      )}
    </>
  )
}

function ExampleButton({ onMade, onTrouble }: { onMade(path: string): void; onTrouble(words: string | null): void }) {
  const { words } = useWords()
  const [isMaking, setMaking] = useState(false)
  const make = async (): Promise<void> => {
    setMaking(true)
    onTrouble(null)
    await api
      .makeExample()
      .then(({ path }) => onMade(path))
      .catch((error: unknown) => onTrouble(messageOf(error)))
    setMaking(false)
  }
  return (
    <Button variant="subtle" loading={isMaking} onClick={() => void make()} data-testid="camera-example">
      {words.useExample}
    </Button>
  )
}

function Clip({ choice, onChange }: Pick<Props, 'choice' | 'onChange'>) {
  const { words } = useWords()
  const [files, setFiles] = useState<MediaFile[]>([])
  const { share, failure, send } = useUpload()
  const [trouble, setTrouble] = useState<string | null>(null)
  useEffect(() => {
    let isHere = true
    api
      .media()
      .then((found) => isHere && setFiles(found))
      .catch(() => undefined)
    return () => {
      isHere = false
    }
  }, [choice.path])
  const upload = async (file: File | null): Promise<void> => {
    const stored = file && (await send(file))
    if (stored) onChange({ ...choice, path: stored.path })
  }
  return (
    <>
      <div className="row">
        <FileButton
          accept="video/*,.mkv,.ts,.mjpeg"
          onChange={(file) => void upload(file)}
          inputProps={{ 'data-testid': 'camera-clip', 'aria-label': words.chooseClip } as object}
        >
          {(button) => (
            <Button
              {...button}
              variant="default"
              disabled={share !== null}
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              {share === null ? words.chooseClip : words.uploading(Math.round(share * 100))}
            </Button>
          )}
        </FileButton>
        <ExampleButton onMade={(path) => onChange({ ...choice, path })} onTrouble={setTrouble} />
        {files.length > 0 && (
          <NativeSelect
            aria-label={words.clipHere}
            data={[
              ...(files.some(({ path }) => path === choice.path)
                ? []
                : [{ value: choice.path, label: words.clipHere }]),
              ...files.map(({ path, bytes: size }) => ({ value: path, label: `${path} (${bytes(size)})` })),
            ]}
            value={choice.path}
            onChange={(event) => onChange({ ...choice, path: event.currentTarget.value })}
            data-testid="camera-clip-here"
          />
        )}
      </div>
      {share !== null && <Progress value={share * 100} size="sm" aria-label={words.chooseClip} />}
      {(failure ?? trouble) && (
        <div className="notice" data-tone="bad" role="alert">
          {failure ?? trouble}
        </div>
      )}
      {choice.path !== '' && share === null && <ServerPicture choice={choice} asked={0} />}
    </>
  )
}

type Way = NonNullable<CameraChoice['way']>

function waysOf(words: GalleryWords, prefersScreen: boolean): { way: Way; icon: Icon; label: string }[] {
  const own = { way: 'browser' as const, icon: IconVideo, label: words.cameraBrowser }
  const screen = { way: 'screen' as const, icon: IconDeviceDesktop, label: words.cameraScreen }
  // A phone's browser cannot give its screen away.
  const canShareScreen = typeof (navigator.mediaDevices as MediaDevices | undefined)?.getDisplayMedia === 'function'
  const ways = [
    own,
    { way: 'address' as const, icon: IconDeviceCctv, label: words.cameraAddress },
    { way: 'clip' as const, icon: IconMovie, label: words.cameraClip },
  ]
  if (!canShareScreen) return ways
  return prefersScreen ? [screen, ...ways] : [...ways, screen]
}

export function CameraQuestion({ node, prefersScreen, choice, trouble, labelledBy, onChange }: Props) {
  const { words } = useWords()
  const name = useId()
  const { way } = choice
  return (
    <div className="stack">
      <div className="camera-ways" role="radiogroup" aria-labelledby={labelledBy}>
        {waysOf(words, prefersScreen).map(({ way: each, icon: Found, label }) => (
          <label key={each} className="camera-way" data-chosen={way === each || undefined}>
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={way === each}
              onChange={() => onChange({ ...choice, way: each })}
              data-testid={`camera-way-${each}`}
            />
            <Found size={24} stroke={1.5} aria-hidden />
            {label}
          </label>
        ))}
      </div>
      {(way === 'browser' || way === 'screen') && (
        <OwnPicture key={way} node={node} what={way === 'screen' ? way : 'camera'} />
      )}
      {way === 'address' && <Address choice={choice} onChange={onChange} />}
      {way === 'clip' && <Clip choice={choice} onChange={onChange} />}
      {trouble && <p className="question-trouble">{trouble}</p>}
    </div>
  )
}
