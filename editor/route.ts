// Addresses of the pages. The browser's own history, nothing more.
import { useSyncExternalStore } from 'react'

export type Route =
  | {
      page:
        'home' | 'flows' | 'inbox' | 'history' | 'cameras' | 'connections' | 'system' | 'more' | 'node-red' | 'cards'
    }
  | { page: 'templates'; id: string | null }
  | { page: 'flow'; id: string; shows?: 'revisions' }
  | { page: 'watch'; id: string }
  | { page: 'rehearse'; id: string }
  | { page: 'event'; id: string }
  | { page: 'acknowledge'; token: string }
  /** A link's flow, to look at; `import` is the same on its way into this Heed. */
  | { page: 'shared' }
  | { page: 'import'; payload: string }
  | { page: 'sign-in'; token: string | null }
  | { page: 'unknown' }

/** Reads an address. A sign-in token may stand in the query, behind the hash or in the path. */
export function parseRoute(path: string, search: string, hash: string): Route {
  const [first = '', second, third] = path.split('/').filter(Boolean).map(decodeURIComponent)
  if (first === 's') return { page: 'shared' }
  if (first === 'import' && hash.length > 1) return { page: 'import', payload: hash.slice(1) }
  const token = new URLSearchParams(search).get('token') ?? new URLSearchParams(hash.replace(/^#\??/, '')).get('token')
  if (first === 'sign-in' || first === 'claim') return { page: 'sign-in', token: token ?? second ?? null }
  if (token !== null) return { page: 'sign-in', token }
  if (first === '') return { page: 'home' }
  const event = new URLSearchParams(search).get('event')
  if (first === 'inbox' && event) return { page: 'event', id: event }
  if (first === 'templates') return { page: 'templates', id: second ?? null }
  if (first === 'flows' && second)
    return { page: 'flow', id: second, ...(third === 'revisions' ? { shows: 'revisions' } : {}) }
  if (first === 'rehearse' && second) return { page: 'rehearse', id: second }
  if (first === 'watch' && second) return { page: 'watch', id: second }
  if (first === 'acknowledge' && second) return { page: 'acknowledge', token: second }
  if ((first === 'inbox' || first === 'events') && second) return { page: 'event', id: second }
  if (first === 'system' && second === 'node-red') return { page: 'node-red' }
  if (first === 'cameras' || first === 'more' || first === 'history') return { page: first }
  if (first === 'flows' || first === 'inbox' || first === 'connections' || first === 'system') return { page: first }
  if (first === 'dev' && second === 'cards') return { page: 'cards' }
  return { page: 'unknown' }
}

const listeners = new Set<() => void>()
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

/** Goes to another page of the editor. */
export function go(address: string, options: { replace?: boolean } = {}): void {
  history[options.replace ? 'replaceState' : 'pushState'](null, '', address)
  for (const listener of listeners) listener()
}

const address = (): string => location.pathname + location.search + location.hash

/** The page that is open. */
export function useRoute(): Route {
  useSyncExternalStore(subscribe, address)
  return parseRoute(location.pathname, location.search, location.hash)
}
