// The frame around every page, and which page an address means.
import { Button, MantineProvider } from '@mantine/core'
import { Suspense, useEffect, useSyncExternalStore } from 'react'
import { isPressed } from './commands/command.ts'
import { followUnseen } from './event-pages.ts'
import { listen, onSaved, readEvents, useLive } from './live.ts'
import { soundAlerts } from './panels/alert-sound.ts'
import { useEverywhere } from './panels/ways.ts'
import { OpenIncident } from './panels/OpenIncident.tsx'
import { Page, Skeletons } from './panels/Page.tsx'
import { PageBoundary, fetchedPage } from './panels/PageFault.tsx'
import { Rail, follow } from './panels/Rail.tsx'
import { SoundPlayer } from './panels/SoundPlayer.tsx'
import { useRoute, type Route } from './route.ts'
import { startSignedIn, useSignIn } from './sign-in.ts'
import { catchUp, hasUnsavedWork, heardOfSave, saveNow } from './store.ts'
import { theme } from './theme.ts'
import { say } from './words/say.ts'
import { flowsQuery, queries, readAgain } from './queries.ts'
import { QueryClientProvider, useQuery } from '@tanstack/react-query'

// Each page is a file of its own: whoever comes to see and acknowledge an alert does not wait for the canvas.
const AcknowledgePage = fetchedPage(async () => (await import('./pages/AcknowledgePage.tsx')).AcknowledgePage)
const CanvasPage = fetchedPage(async () => (await import('./panels/CanvasPage.tsx')).CanvasPage)
const Connections = fetchedPage(async () => (await import('./panels/Connections.tsx')).Connections)
const Everywhere = fetchedPage(async () => (await import('./panels/Everywhere.tsx')).Everywhere)
const EventPage = fetchedPage(async () => (await import('./panels/EventPage.tsx')).EventPage)
const Flows = fetchedPage(async () => (await import('./panels/Flows.tsx')).Flows)
const Gallery = fetchedPage(async () => (await import('./templates/Gallery.tsx')).Gallery)
const Cameras = fetchedPage(async () => (await import('./cameras/Cameras.tsx')).Cameras)
const HistoryPage = fetchedPage(async () => (await import('./history/HistoryPage.tsx')).HistoryPage)
const Home = fetchedPage(async () => (await import('./panels/Home.tsx')).Home)
const More = fetchedPage(async () => (await import('./panels/More.tsx')).More)
const Inbox = fetchedPage(async () => (await import('./panels/Inbox.tsx')).Inbox)
const NodeRedPage = fetchedPage(async () => (await import('./node-red/NodeRedPage.tsx')).NodeRedPage)
const SharedPage = fetchedPage(async () => (await import('./sharing/SharedPage.tsx')).SharedPage)
const RehearsePage = fetchedPage(async () => (await import('./rehearse/RehearsePage.tsx')).RehearsePage)
const Sharing = fetchedPage(async () => (await import('./sharing/Sharing.tsx')).Sharing)
const SignIn = fetchedPage(async () => (await import('./panels/SignIn.tsx')).SignIn)
const System = fetchedPage(async () => (await import('./panels/System.tsx')).System)
const WatchPage = fetchedPage(async () => (await import('./watch/WatchPage.tsx')).WatchPage)

function PageOf({ route }: { route: Route }) {
  switch (route.page) {
    case 'home':
    case 'sign-in':
      return <Home />
    case 'flows':
    case 'import':
      return <Flows />
    case 'templates':
      return <Gallery id={route.id} />
    case 'flow':
      return <CanvasPage key={route.id} id={route.id} showsVersions={route.shows === 'revisions'} />
    case 'rehearse':
      return <RehearsePage key={route.id} id={route.id} />
    case 'watch':
      return <WatchPage key={route.id} id={route.id} />
    case 'inbox':
      return <Inbox />
    case 'event':
      return <EventPage key={route.id} id={route.id} />
    case 'history':
      return <HistoryPage />
    case 'cameras':
      return <Cameras />
    case 'more':
      return <More />
    case 'connections':
      return <Connections />
    case 'system':
      return <System />
    case 'node-red':
      return <NodeRedPage />
    default:
      return (
        <Page title={say('There is nothing here')}>
          <p>
            {say('This address leads nowhere.')}{' '}
            <a href="/" onClick={follow}>
              {say('Go to the start')}
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
      void readAgain(flowsQuery)
      void saveNow()
      void catchUp()
    }
    const stops = [onSaved(heardOfSave), listen(back), soundAlerts(), followUnseen()]
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
      {say('{value} What you see may be old; trying again by itself.', {
        value: isOnline ? say('Heed does not answer just now.') : say('This device is not online.'),
      })}
    </div>
  )
}

/** Stands where a page will be, without words: it is there for some milliseconds. */
function PageSkeleton() {
  return (
    <Page title="">
      <Skeletons count={3} height={120} />
    </Page>
  )
}

/** Ctrl-K, on whatever page. The canvas hears it first and opens the same list with its own commands. */
function AnyCommand() {
  const { isOpen } = useEverywhere()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isPressed('mod+k', event)) return
      event.preventDefault()
      useEverywhere.setState((now) => ({ isOpen: !now.isOpen }))
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  if (!isOpen) return null
  return (
    <PageBoundary isQuiet>
      <Suspense fallback={null}>
        <Everywhere onClose={() => useEverywhere.setState({ isOpen: false })} />
      </Suspense>
    </PageBoundary>
  )
}

function Frame({ route }: { route: Route }) {
  useRunningEditor()
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {say('Skip to the page')}
      </a>
      <Rail route={route} />
      <div className="frame-page">
        <Offline />
        <OpenIncident />
        <PageBoundary at={JSON.stringify(route)}>
          <Suspense fallback={<PageSkeleton />}>
            <PageOf route={route} />
          </Suspense>
        </PageBoundary>
      </div>
      <AnyCommand />
      <SoundPlayer />
      <PageBoundary isQuiet>
        <Suspense fallback={null}>
          <Sharing payload={route.page === 'import' ? route.payload : null} />
        </Suspense>
      </PageBoundary>
    </div>
  )
}

const retryMs = 3000

/** Tries again by itself: Heed may only be starting. */
function Start({ error }: { error: string | null }) {
  useQuery({ queryKey: ['start'], queryFn: () => startSignedIn().then(() => true), refetchInterval: retryMs })
  return (
    <main className="sign-in" id="main">
      {error ? (
        <div className="sign-in-box surface">
          <h1>{say('Heed')}</h1>
          <div className="notice" data-tone="bad" role="alert">
            {error}
          </div>
          <Button onClick={() => void startSignedIn()}>{say('Try again')}</Button>
        </div>
      ) : (
        <div className="skeleton" style={{ width: 360, height: 240 }} role="status" aria-label={say('Starting')} />
      )}
    </main>
  )
}

function Signed({ route }: { route: Route }) {
  const who = useSignIn(({ who }) => who)
  const error = useSignIn(({ error }) => error)
  if (who === 'unknown') return <Start error={error} />
  if (who !== 'stranger') return <Frame route={route} />
  return (
    <Suspense fallback={null}>
      <SignIn token={route.page === 'sign-in' ? route.token : null} />
    </Suspense>
  )
}

/** Everything on screen. Links from a message and links to a shared flow need no account. */
export function App() {
  const route = useRoute()
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <PageBoundary at={JSON.stringify(route)}>
          {route.page === 'shared' ? (
            <Suspense fallback={null}>
              <SharedPage />
            </Suspense>
          ) : route.page === 'acknowledge' ? (
            <Suspense fallback={null}>
              <AcknowledgePage key={route.token} token={route.token} />
            </Suspense>
          ) : (
            <Signed route={route} />
          )}
        </PageBoundary>
      </MantineProvider>
    </QueryClientProvider>
  )
}
