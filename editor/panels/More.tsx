// On a phone: the places that have no tab of their own.
import { IconChevronRight, IconSearch } from '@tabler/icons-react'
import { say } from '../words/say.ts'
import { Page } from './Page.tsx'
import { follow, otherPlaces } from './Rail.tsx'
import { useEverywhere } from './ways.ts'

/** The page. */
export function More() {
  return (
    <Page title={say('More')}>
      <ul className="connection-list surface">
        <li>
          <button
            type="button"
            className="connection-row more-row"
            onClick={() => useEverywhere.setState({ isOpen: true })}
            data-testid="find-anything-more"
          >
            <IconSearch size={22} stroke={1.75} aria-hidden />
            <strong>{say('Find')}</strong>
            <IconChevronRight size={18} aria-hidden />
          </button>
        </li>
        {otherPlaces.map(({ address, label, icon: Found }) => (
          <li key={address}>
            <a className="connection-row more-row" href={address} onClick={follow}>
              <Found size={22} stroke={1.75} aria-hidden />
              <strong>{label}</strong>
              <IconChevronRight size={18} aria-hidden />
            </a>
          </li>
        ))}
      </ul>
    </Page>
  )
}
