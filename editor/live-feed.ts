// The live feed itself: one EventSource that reconnects for ever. Runs in a shared worker or in a page; must not touch a document.

const types = [
  'status',
  'decision',
  'event',
  'delivery',
  'receiver',
  'speech',
  'seen',
  'wires',
  'saved',
  'presence',
] as const
export type FeedType = (typeof types)[number]

export interface Feed {
  /** Begins anew at once: what looks open may be dead. */
  again(): void
  close(): void
}

/** Reconnects with growing pauses (0.5 to 10 s). `onState(true)` after each connect: what was missed can be read again then. */
export function openFeed(
  onMessage: (type: FeedType, data: string) => void,
  onState: (isConnected: boolean) => void,
): Feed {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let tries = 0
  const connect = (): void => {
    const feed = new EventSource('/api/live')
    source = feed
    feed.onopen = () => {
      tries = 0
      onState(true)
    }
    feed.onerror = () => {
      feed.close()
      if (source !== feed) return
      onState(false)
      timer = setTimeout(connect, Math.min(10_000, 500 * 2 ** tries++) * (0.75 + Math.random() / 2))
    }
    for (const type of types)
      feed.addEventListener(type, (event) => onMessage(type, (event as MessageEvent<string>).data))
  }
  const drop = (): void => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  connect()
  return {
    again: () => {
      drop()
      tries = 0
      connect()
    },
    close: drop,
  }
}
