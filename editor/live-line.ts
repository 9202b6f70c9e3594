// A page's line to the live feed: through the worker that all tabs share, or its own feed where a browser has no such worker.
// Released when the page goes away, so that no tab that is gone keeps a connection.
import { openFeed, type Feed, type FeedType } from './live-feed.ts'
import type { LiveEvent } from './views.ts'
import { toldAnswer } from './words/served.ts'

/** From the worker: a message of the feed, or whether the feed is connected. */
export type FromLine = { type: FeedType; data: string } | { isConnected: boolean }
/** To the worker: begin anew, or this page is going. */
export type ToLine = 'again' | 'bye'

/** A page hidden for longer may have slept: its feed looks open and is dead. */
const trustedMs = 15_000

type Take = (message: FromLine) => void

function ownLine(take: Take): Feed {
  return openFeed(
    (type, data) => take({ type, data }),
    (isConnected) => take({ isConnected }),
  )
}

function sharedLine(take: Take): Feed {
  const worker = new SharedWorker(new URL('./live-worker.ts', import.meta.url), { type: 'module', name: 'heed-live' })
  const send = (message: ToLine): void => worker.port.postMessage(message)
  worker.port.onmessage = ({ data }: MessageEvent<FromLine>) => take(data)
  let own: Feed | undefined
  // Its file may be gone after an update of Heed: a page that was open goes on with a feed of its own.
  worker.onerror = () => (own ??= ownLine(take))
  return {
    again: () => (own ? own.again() : send('again')),
    close: () => (own ? own.close() : send('bye')),
  }
}

/** Chrome on Android has no shared workers: few tabs there, so each has its own feed. */
function openLine(take: Take): Feed {
  return typeof SharedWorker === 'undefined' ? ownLine(take) : sharedLine(take)
}

/**
 * The live feed, for ever; `onState(true)` after each connect, so that the caller can read again what it may have missed.
 * Returns the way to close it.
 */
export function openLive(onMessage: (message: LiveEvent) => void, onState: (connected: boolean) => void): () => void {
  let hiddenAtMs = 0
  let isConnected = false
  const take: Take = (message) => {
    if ('isConnected' in message) {
      isConnected = message.isConnected
      return onState(isConnected)
    }
    onMessage({ ...toldAnswer(JSON.parse(message.data) as object), type: message.type } as LiveEvent)
  }
  let line: Feed | null = openLine(take)
  const again = (): void => line?.again()
  const show = (): void => {
    if (document.visibilityState === 'hidden') hiddenAtMs = Date.now()
    else if (!isConnected || Date.now() - hiddenAtMs > trustedMs) again()
  }
  const leave = (): void => {
    line?.close()
    line = null
  }
  // A page that comes back from the browser's memory begins as a new one does.
  const comeBack = (): void => {
    line ??= openLine(take)
  }
  const listeners = new AbortController()
  const { signal } = listeners
  document.addEventListener('visibilitychange', show, { signal })
  document.addEventListener('resume', again, { signal })
  addEventListener('online', again, { signal })
  addEventListener('pagehide', leave, { signal })
  addEventListener('pageshow', comeBack, { signal })
  return () => {
    listeners.abort()
    leave()
  }
}
