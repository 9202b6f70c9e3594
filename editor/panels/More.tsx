// On a phone: the places that have no tab of their own.
import { IconChevronRight } from '@tabler/icons-react'
import { say } from '../words/say.ts'
import { Page } from './Page.tsx'
import { follow, otherPlaces } from './Rail.tsx'

/** The page. */
export function More() {
  return (
    <Page title={say('More')}>
      <ul className="connection-list surface">
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
