// What became of each part of another program's flow: how many kept what they did, and row by row why others did not.
import type { Fate } from '../../nodes/contract/foreign-flows.ts'

const words: Record<Fate['became'], string> = {
  node: 'a card',
  wire: 'wires',
  setting: 'settings of others',
  note: 'drawn around others',
  placeholder: 'kept, does nothing here',
  ignored: 'left out',
}

/** The list, closed at first; nothing where everything came along unchanged. */
export function ForeignReport({ report }: { report: readonly Fate[] }) {
  const kept = report.filter(({ became }) => became === 'placeholder').length
  const changed = report.filter(({ became, isExact }) => became === 'node' && !isExact).length
  return (
    <section data-testid="take-report">
      <h3 className="group-title">From another program</h3>
      <p>
        {report.length} parts{kept > 0 && `, ${kept} of them only kept`}
        {changed > 0 && `, ${changed} a little different here`}.
        {kept > 0 && ' The flow waits for you to take out or replace what is only kept.'}
      </p>
      <details>
        <summary>What became of each</summary>
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
