// The way between the places: a rail on the left, on a phone a bar below. Shows how many alerts nobody has acknowledged.
import {
  IconBell,
  IconCamera,
  IconDots,
  IconHistory,
  IconHome,
  IconPlugConnected,
  IconSchema,
  IconSearch,
  IconSettings,
  type Icon,
} from '@tabler/icons-react'
import type { MouseEvent } from 'react'
import { shortcutWords } from '../commands/command.ts'
import { useUnseen } from '../event-pages.ts'
import { go, type Route } from '../route.ts'
import { say } from '../words/say.ts'
import { useEverywhere } from './ways.ts'

interface Place {
  id: string
  page: Route['page'][]
  address: string
  label: string
  icon: Icon
  /** Absent: everywhere. */
  on?: 'phone' | 'desk'
}

/** Without a tab of their own on a phone. */
export const otherPlaces: readonly Place[] = [
  { id: 'history', page: ['history'], address: '/history', label: say('History'), icon: IconHistory },
  {
    id: 'flows',
    page: ['flows', 'flow', 'watch', 'rehearse', 'templates'],
    address: '/flows',
    label: say('Flows'),
    icon: IconSchema,
  },
  {
    id: 'connections',
    page: ['connections'],
    address: '/connections',
    label: say('Connections'),
    icon: IconPlugConnected,
  },
  { id: 'system', page: ['system', 'node-red'], address: '/system', label: say('System'), icon: IconSettings },
]
const [history, flows, ...settings] = otherPlaces.map((place) => ({ ...place, on: 'desk' as const }))

const places: readonly Place[] = [
  { id: 'home', page: ['home'], address: '/', label: say('Now'), icon: IconHome },
  { id: 'inbox', page: ['inbox', 'event'], address: '/inbox', label: say('Inbox'), icon: IconBell },
  ...(history ? [history] : []),
  ...(flows ? [flows] : []),
  { id: 'cameras', page: ['cameras'], address: '/cameras', label: say('Cameras'), icon: IconCamera },
  ...settings,
  {
    id: 'more',
    page: ['more', ...otherPlaces.flatMap(({ page }) => page)],
    address: '/more',
    label: say('More'),
    icon: IconDots,
    on: 'phone',
  },
]

/** Every page by its name; *More* is only the way to them on a phone. */
export const pages: readonly Place[] = places.filter(({ on }) => on !== 'phone')

/** Follows a link inside the editor, unless it is meant for another tab. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  event.preventDefault()
  go(event.currentTarget.getAttribute('href') ?? '/')
}

/** All places of the frame. */
export function Rail({ route }: { route: Route }) {
  const waiting = useUnseen(({ unseen }) => unseen ?? 0)
  return (
    <nav className="rail" aria-label={say('Places')}>
      <a className="rail-mark" href="/" onClick={follow} aria-label={say('Heed, home')}>
        <img src="/heed.svg" alt="" width={32} height={32} />
      </a>
      <button
        type="button"
        className="rail-item rail-find"
        data-on="desk"
        onClick={() => useEverywhere.setState({ isOpen: true })}
        title={shortcutWords('mod+k')}
        data-testid="find-anything"
      >
        <span className="rail-icon">
          <IconSearch size={22} stroke={1.75} aria-hidden />
        </span>
        <span>{say('Find')}</span>
      </button>
      {places.map(({ id, page, address, label, icon: Found, on }) => (
        <a
          key={address}
          href={address}
          onClick={follow}
          className="rail-item"
          data-on={on}
          aria-current={page.includes(route.page) ? 'page' : undefined}
          data-testid={`nav-${id}`}
        >
          <span className="rail-icon">
            <Found size={22} stroke={1.75} aria-hidden />
            {id === 'inbox' && waiting > 0 && (
              <span className="rail-count nums" data-testid="waiting-count">
                {waiting > 999 ? '999+' : waiting}
              </span>
            )}
          </span>
          <span>{label}</span>
          {id === 'inbox' && waiting > 0 && (
            <span className="sr-only">{say(', {waiting} not acknowledged', { waiting })}</span>
          )}
        </a>
      ))}
    </nav>
  )
}
