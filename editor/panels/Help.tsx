// What a node type is for: its own help, and what its ports mean.
import type { NodeType } from '../views.ts'
import { say } from '../words/say.ts'

/** Text as the definition wrote it, a line a paragraph. */
export function Help({ type }: { type: NodeType }) {
  const ports = (['in', 'out'] as const).flatMap((side) =>
    Object.entries(type.ports[side])
      .filter(([, port]) => port.help !== '')
      .map(([name, port]) => ({ key: `${side}-${name}`, side, ...port })),
  )
  return (
    <div className="help small">
      {type.help.split('\n').map((line) => (
        <p key={line}>{line}</p>
      ))}
      {ports.length > 0 && (
        <dl>
          {ports.map((port) => (
            <div key={port.key}>
              <dt>
                {port.label} ({port.side})
              </dt>
              <dd>{port.help}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className="quiet">
        {say('{type}, version {version}{value}', {
          type: type.type,
          version: type.version,
          value: type.origin
            ? say(', from the package {package} {version}', {
                package: type.origin.package,
                version: type.origin.version,
              })
            : '',
        })}
      </p>
    </div>
  )
}
