// The frame around every page, and which page an address means.
import { Button, MantineProvider } from '@mantine/core'
import { Suspense, lazy, useEffect, useSyncExternalStore } from 'react'
import { listen, readEvents, useLive } from './live.ts'
import { AcknowledgePage } from './pages/AcknowledgePage.tsx'
import { WatchPage } from './pages/WatchPage.tsx'
import { AlertToasts } from './panels/AlertToasts.tsx'
import { soundAlerts } from './panels/alert-sound.ts'
import { Connections } from './panels/Connections.tsx'
import { EventPage } from './panels/EventPage.tsx'
import { Flows } from './panels/Flows.tsx'
import { Home } from './panels/Home.tsx'
import { Inbox } from './panels/Inbox.tsx'
import { Page, Skeletons } from './panels/Page.tsx'
import { Rail, follow } from './panels/Rail.tsx'
import { SignIn } from './panels/SignIn.tsx'
import { SoundPlayer } from './panels/SoundPlayer.tsx'
import { System } from './panels/System.tsx'
import { useRoute, type Route } from './route.ts'
import { readFlows, startSession, useSession } from './session.ts'
import { hasUnsavedWork, saveNow } from './store.ts'
import { theme } from './theme.ts'

// The canvas is the largest part and not needed to see and acknowledge an alert.
const CanvasPage = lazy(async () => ({ default: (await import('./panels/CanvasPage.tsx')).CanvasPage }))

function PageOf({ route }: { route: Route }) {
  switch (route.page) {
    case 'home':
    case 'sign-in':
      return <Home />
    case 'flows':
      return <Flows />
    case 'flow':
      return (
        <Suspense
          fallback={
            <Page title="Flow">
              <Skeletons count={3} height={120} />
            </Page>
          }
        >
          <CanvasPage key={route.id} id={route.id} />
        </Suspense>
      )
    case 'watch':
      return <WatchPage key={route.id} id={route.id} />
    case 'inbox':
      return <Inbox />
    case 'event':
      return <EventPage key={route.id} id={route.id} />
    case 'connections':
      return <Connections />
    case 'system':
      return <System />
    default:
      return (
        <Page title="There is nothing here">
          <p>
            This address leads nowhere.{' '}
            <a href="/" onClick={follow}>
              Go to the start
            </a>
            .
          </p>
        </Page>
      )
  }
}

/** The live feed, sound, and saving when the server is back: for as long as the owner is here. */
function useRunningEditor(): void {
  useEffect(() => {
    void readEvents()
    const back = (): void => {
      void readEvents()
      void readFlows()
      void saveNow()
    }
    const stops = [listen(back), soundAlerts()]
    addEventListener('online', back)
    return () => {
      removeEventListener('online', back)
      for (const stop of stops) stop()
    }
  }, [])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (hasUnsavedWork()) event.preventDefault()
    }
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [])
}

/** What the browser knows of its own network; the feed may take a while to notice. */
function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      addEventListener('online', changed)
      addEventListener('offline', changed)
      return () => {
        removeEventListener('online', changed)
        removeEventListener('offline', changed)
      }
    },
    () => navigator.onLine,
  )
}

function Offline() {
  const isOnline = useOnline()
  const isConnected = useLive((live) => live.isConnected)
  if (isOnline && isConnected !== false) return null
  return (
    <div className="notice page-notice" data-tone="warn" role="status" data-testid="offline">
      {isOnline ? 'Heed does not answer just now.' : 'This device is not online.'} What you see may be old; trying again
      by itself.
    </div>
  )
}

function Frame({ route }: { route: Route }) {
  useRunningEditor()
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Rail route={route} />
      <div className="frame-page">
        <Offline />
        <PageOf route={route} />
      </div>
      <AlertToasts />
      <SoundPlayer />
    </div>
  )
}

const retryMs = 3000

/** Tries again by itself: Heed may only be starting. */
function Start({ error }: { error: string | null }) {
  useEffect(() => {
    if (error === null) return
    const timer = setInterval(() => void startSession(), retryMs)
    return () => clearInterval(timer)
  }, [error])
  return (
    <main className="sign-in" id="main">
      {error ? (
        <div className="sign-in-box surface">
          <h1>Heed</h1>
          <div className="notice" data-tone="bad" role="alert">
            {error}
          </div>
          <Button onClick={() => void startSession()}>Try again</Button>
        </div>
      ) : (
        <div className="skeleton" style={{ width: 360, height: 240 }} role="status" aria-label="Starting" />
      )}
    </main>
  )
}

function Signed({ route }: { route: Route }) {
  const who = useSession((session) => session.who)
  const error = useSession((session) => session.error)
  useEffect(() => void startSession(), [])
  if (who === 'unknown') return <Start error={error} />
  return who === 'stranger' ? <SignIn token={route.page === 'sign-in' ? route.token : null} /> : <Frame route={route} />
}

/** Everything on screen. A link from a message needs no account. */
export function App() {
  const route = useRoute()
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      {route.page === 'acknowledge' ? (
        <AcknowledgePage key={route.token} token={route.token} />
      ) : (
        <Signed route={route} />
      )}
    </MantineProvider>
  )
}
