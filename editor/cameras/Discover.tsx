// Cameras that answer in the network: look, sign in to one, choose which of its pictures to watch.
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { IconRadar2 } from '@tabler/icons-react'
import { useEffect, useState, type FormEvent } from 'react'
import { api } from '../api.ts'
import type { FoundCameraView, FoundProfileView } from '../views.ts'
import { Skeletons } from '../panels/Page.tsx'
import { say } from '../words/say.ts'

type Choose = (start: { name: string; url: string }) => void

function withLogin(address: string, user: string, password: string): string {
  const url = new URL(address)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url.href
}

function Profiles({ camera, onChoose }: { camera: FoundCameraView; onChoose: Choose }) {
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [profiles, setProfiles] = useState<FoundProfileView[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const ask = (event: FormEvent): void => {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    api
      .cameraProfiles(camera.service, { user, password })
      .then(setProfiles)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false))
  }
  return (
    <form className="stack-tight" onSubmit={ask} noValidate>
      <TextInput
        size="xs"
        label={say('User name of the camera')}
        autoComplete="off"
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      <PasswordInput
        size="xs"
        label={say('Its password')}
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" loading={isBusy}>
        {say('Ask for its pictures')}
      </Button>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {profiles?.length === 0 && <p className="small quiet">{say('It has no picture that can be watched.')}</p>}
      {profiles?.map((profile) => (
        <Button
          key={profile.url}
          size="xs"
          onClick={() => onChoose({ name: camera.name, url: withLogin(profile.url, user, password) })}
        >
          {profile.width && profile.height
            ? say('Use {name}, {width} × {height}', {
                name: profile.name,
                width: profile.width,
                height: profile.height,
              })
            : say('Use {name}', { name: profile.name })}
        </Button>
      ))}
    </form>
  )
}

/** The side panel's content. */
export function Discover({ onChoose }: { onChoose: Choose }) {
  const [found, setFound] = useState<FoundCameraView[] | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const look = (): void => {
    setFound(null)
    setFailure(null)
    api
      .discoverCameras()
      .then(setFound)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  }
  useEffect(look, [])
  return (
    <>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {found === null && failure === null && <Skeletons count={2} height={64} />}
      {found?.length === 0 && (
        <p className="quiet">
          {say(
            'No camera has answered. ONVIF may be switched off in the camera, or it is in another network. Its address works all the same.',
          )}
        </p>
      )}
      <ul className="found-list" data-testid="found-cameras">
        {found?.map((camera) => (
          <li key={camera.service} className="stack-tight">
            <Button
              variant="default"
              fullWidth
              justify="flex-start"
              aria-expanded={chosen === camera.service}
              onClick={() => setChosen(chosen === camera.service ? null : camera.service)}
            >
              <span className="clip-text">
                {camera.name === camera.host ? camera.host : `${camera.name}, ${camera.host}`}
              </span>
            </Button>
            {chosen === camera.service && <Profiles camera={camera} onChoose={onChoose} />}
          </li>
        ))}
      </ul>
      <div>
        <Button variant="default" leftSection={<IconRadar2 size={18} aria-hidden />} onClick={look}>
          {say('Look again')}
        </Button>
      </div>
    </>
  )
}
