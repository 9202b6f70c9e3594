// What became of each part of another program's flow: how many kept what they did, and row by row why others did not.
import type { Fate } from '../../nodes/contract/foreign-flows.ts'
import { say } from '../words/say.ts'

const words: Record<Fate['became'], string> = {
  node: say('a card'),
  wire: say('wires'),
  setting: say('settings of others'),
  note: say('drawn around others'),
  placeholder: say('kept, does nothing here'),
  ignored: say('left out'),
}

/** The list, closed at first; nothing where everything came along unchanged. */
export function ForeignReport({ report }: { report: readonly Fate[] }) {
  const kept = report.filter(({ became }) => became === 'placeholder').length
  const changed = report.filter(({ became, isExact }) => became === 'node' && !isExact).length
  return (
    <section data-testid="take-report">
      <h3 className="group-title">{say('From another program')}</h3>
      <p>
        {say('{count} parts{kept}{changed}.{kept2}', {
          count: report.length,
          kept: kept > 0 && say(', {kept} of them only kept', { kept }),
          changed: changed > 0 && say(', {changed} a little different here', { changed }),
          kept2: kept > 0 && say(' The flow waits for you to take out or replace what is only kept.'),
        })}
      </p>
      <details>
        <summary>{say('What became of each')}</summary>
        <ul className="small">
          {report.map(({ id, type, name, became, reason }, index) => (
            <li key={`${id} ${index}`}>
              <strong>{name === '' ? type : `${name} (${type})`}</strong>: {words[became]}
              {reason === '' ? '.' : `. ${reason}`}
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}
