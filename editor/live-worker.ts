// A shared worker that holds the one live feed of this browser: a browser opens six connections to a server, and a feed in
// each tab would leave none for the seventh. Must keep nothing but the feed and who listens.
import { openFeed, type Feed } from './live-feed.ts'
import type { FromLine, ToLine } from './live-line.ts'

const ports = new Set<MessagePort>()
let feed: Feed | undefined
let isConnected: boolean | null = null

function tell(message: FromLine): void {
  for (const port of ports) port.postMessage(message)
}

function open(): Feed {
  return openFeed(
    (type, data) => tell({ type, data }),
    (now) => {
      isConnected = now
      tell({ isConnected: now })
    },
  )
}

function join(port: MessagePort): void {
  ports.add(port)
  port.onmessage = ({ data }: MessageEvent<ToLine>) => {
    if (data === 'again') return feed?.again()
    ports.delete(port)
    if (ports.size > 0) return
    feed?.close()
    feed = undefined
    isConnected = null
  }
  feed ??= open()
  if (isConnected !== null) port.postMessage({ isConnected } satisfies FromLine)
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port) join(port)
})
