// Lists of events as the server gives them: its filters, its pages, its counts. Kept up to date while shown; judges nothing itself.
import { useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import { ApiError, api, type EventQuery } from './api.ts'
import { useLive } from './live.ts'
import type { EventPage, EventView } from './views.ts'
import { wordsOf } from './words.ts'

const pageSize = 50
/** What is listed is read again in one request, up to here; what a person has paged further down to stays as it was read. */
const mostReadAgain = 500

/** How many alerts nobody has seen, over all flows, and the newest of them, trouble of Heed's own last; null until the server has said. */
export const useUnseen = create<{ unseen: number | null; newest: EventView | null }>()(() => ({
  unseen: null,
  newest: null,
}))

/** Somebody who was seen to need help comes before a camera that is away, however many of those there are. */
async function readUnseen(): Promise<{ unseen: number; newest: EventView | null }> {
  const { unseen, events: urgent } = await api.events({ only: 'urgent', limit: 1 })
  const [newest = null] =
    urgent.length > 0 || unseen === 0 ? urgent : (await api.events({ only: 'unseen', limit: 1 })).events
  return { unseen, newest }
}

/** Keeps the count as long as the editor is open: read again whenever something has happened. Returns the way to stop. */
export function followUnseen(): () => void {
  let asked = 0
  const read = (): void => {
    const turn = ++asked
    readUnseen().then(
      (found) => turn === asked && useUnseen.setState(found),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error
      },
    )
  }
  read()
  return useLive.subscribe((live, before) => {
    if (live.facts !== before.facts) read()
  })
}

/** The alert that the page shows by itself, with its button: it need not stand above the page as well. */
export const useShownAlarm = create<{ id: string | null }>()(() => ({ id: null }))

/** For whatever shows an alert so that it can be taken there. */
export function useShowsAlarm(id: string | null): void {
  useEffect(() => {
    if (id === null) return
    useShownAlarm.setState({ id })
    return () => useShownAlarm.setState((shown) => (shown.id === id ? { id: null } : shown))
  }, [id])
}

export interface EventPages {
  /** Null until the first page is here. */
  events: readonly EventView[] | null
  total: number
  unseen: number
  totalIsAtLeast: boolean
  hasMore: boolean
  failure: string | null
  /** Reads the next page. */
  more(): void
}

const nothing: EventPage = { events: [], next: null, total: 0, unseen: 0 }
/** The events that a query finds, page by page. */
export function useEventPages(query: EventQuery, limit = pageSize): EventPages {
  const key = JSON.stringify(query)
  const facts = useLive((live) => live.facts)
  const [found, setFound] = useState<{ key: string; page: EventPage } | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const turn = useRef(0)
  const loaded = found?.key === key ? found.page.events.length : 0
  const shown = useRef(loaded)
  shown.current = loaded

  useEffect(() => {
    const mine = ++turn.current
    const wanted = Math.max(limit, Math.min(mostReadAgain, shown.current))
    api.events({ ...(JSON.parse(key) as EventQuery), limit: wanted }).then(
      (page) => {
        if (mine !== turn.current) return
        setFailure(null)
        setFound((before) => ({ key, page: before?.key === key ? withRest(page, before.page, wanted) : page }))
      },
      (error: unknown) => mine === turn.current && setFailure(wordsOf(error)),
    )
  }, [key, facts, limit])

  const page = found?.page ?? nothing
  const more = (): void => {
    if (page.next === null) return
    api.events({ ...query, limit: pageSize, cursor: page.next }).then(
      (next) => {
        setFailure(null)
        setFound((before) => (before?.key === key ? { key, page: withNext(before.page, next) } : before))
      },
      (error: unknown) => setFailure(wordsOf(error)),
    )
  }
  return {
    events: found ? page.events : null,
    total: page.total,
    unseen: page.unseen,
    totalIsAtLeast: page.totalIsAtLeast === true,
    hasMore: page.next !== null,
    failure,
    more,
  }
}

/** What was read again, and behind it what a person had paged down to further than is read again at once. */
function withRest(again: EventPage, before: EventPage, wanted: number): EventPage {
  const last = again.events.at(-1)
  if (!last || again.next === null || again.events.length < wanted || before.events.length <= wanted) return again
  const rest = before.events.slice(wanted).filter(({ at, id }) => at < last.at || (at === last.at && id < last.id))
  return rest.length === 0 ? again : { ...again, events: [...again.events, ...rest], next: before.next }
}

/** The list and the page behind it, which may have been read before something new moved everything by one. */
function withNext(before: EventPage, next: EventPage): EventPage {
  const known = new Set(before.events.map(({ id }) => id))
  return { ...next, events: [...before.events, ...next.events.filter(({ id }) => !known.has(id))] }
}
