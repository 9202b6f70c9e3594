// What a shared flow wants here, for people who look before they take.
import type { Wants } from '../../nodes/contract/shared-flow.ts'
import { wantSections } from './wants-words.ts'
import { say } from '../words/say.ts'

/** `without`: sections that the place shows in another way. */
export function WantsList({ wants, without = [] }: { wants: Wants; without?: readonly (keyof Wants)[] }) {
  const sections = wantSections(wants).filter(({ id }) => !without.includes(id))
  if (sections.length === 0)
    return <p className="quiet">{say('It names no camera, no address, nobody to be told and no program.')}</p>
  return (
    <div className="wants" data-testid="wants">
      {sections.map(({ id, title, lines }) => (
        <section key={id}>
          <h3 className="group-title">{title}</h3>
          <ul>
            {lines.map(({ text, cards }, at) => (
              <li key={at} data-testid={`wants-${id}`}>
                {text} {cards !== '' && <span className="quiet small">{cards}</span>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
