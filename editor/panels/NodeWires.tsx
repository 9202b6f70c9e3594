// The wires of one node as a list: what each port is joined to, with ways to join and cut that need no mouse.
import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { CSSProperties } from 'react'
import type { Flow, FlowNode, PortRef } from '../../nodes/contract/flow.ts'
import { joined, nameOf, openPorts, portsOf } from '../graph/check.ts'
import { addWire, removeItems, wireId } from '../graph/edit.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow } from '../store.ts'
import type { NodeTypes, PortView } from '../views.ts'
import { kindWords } from '../words.ts'
import { say } from '../words/say.ts'

function portWords(flow: Flow, types: NodeTypes, ref: PortRef, side: 'in' | 'out'): string {
  const node = flow.nodes.find((candidate) => candidate.id === ref.node)
  return `${nameOf(node, types)}, ${types.get(node?.type ?? '')?.ports[side][ref.port]?.label ?? ref.port}`
}

/** A port that is full offers no choice any more; the keyboard goes on at the wire that was drawn. */
function keepFocus(port: Element | null): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) port?.querySelector<HTMLElement>('button')?.focus()
  })
}

function PortWires({ flow, start, port, side }: { flow: Flow; start: PortRef; port: PortView; side: 'in' | 'out' }) {
  const types = useSignIn(({ types }) => types)
  const other = side === 'out' ? 'in' : 'out'
  const near = side === 'out' ? 'from' : 'to'
  const far = side === 'out' ? 'to' : 'from'
  const wires = flow.wires.filter((wire) => wire[near].node === start.node && wire[near].port === start.port)
  const open = openPorts(flow, types, start, side)
  const join = (value: string): void => {
    const [node, name] = value.split('/')
    if (node && name)
      changeFlow((current) => {
        const { from, to } = joined(start, { node, port: name }, side)
        return addWire(current, from, to)
      })
  }
  return (
    <div className="port-wires" style={{ '--kind': `var(--kind-${port.kind})` } as CSSProperties}>
      <span className="port-title">
        <i aria-hidden />
        {port.label}
        <span className="quiet small">
          {side === 'in'
            ? say('takes {kind}', { kind: kindWords[port.kind] })
            : say('sends {kind}', { kind: kindWords[port.kind] })}
          {port.required && side === 'in' ? say(', needed') : ''}
        </span>
      </span>
      {wires.map((wire) => (
        <span key={wireId(wire)} className="wire-row small">
          <span className="clip-text">
            {side === 'out'
              ? say('to {port}', { port: portWords(flow, types, wire[far], other) })
              : say('from {port}', { port: portWords(flow, types, wire[far], other) })}
          </span>
          <ActionIcon
            variant="subtle"
            size="sm"
            aria-label={
              side === 'out'
                ? say('Remove the wire to {port}', { port: portWords(flow, types, wire[far], other) })
                : say('Remove the wire from {port}', { port: portWords(flow, types, wire[far], other) })
            }
            onClick={() => changeFlow((current) => removeItems(current, { nodes: [], wires: [wireId(wire)] }))}
          >
            <IconX size={15} />
          </ActionIcon>
        </span>
      ))}
      {open.length > 0 && (
        <NativeSelect
          size="xs"
          value=""
          aria-label={
            side === 'out' ? say('Join {port} to', { port: port.label }) : say('Join {port} from', { port: port.label })
          }
          data-testid={`join-${start.node}-${side}-${start.port}`}
          data={[
            { value: '', label: side === 'out' ? say('Join to…') : say('Join from…') },
            ...open.map((end) => ({ value: `${end.node}/${end.port}`, label: portWords(flow, types, end, other) })),
          ]}
          onChange={(event) => {
            const port = event.currentTarget.closest('.port-wires')
            join(event.currentTarget.value)
            keepFocus(port)
          }}
        />
      )}
    </div>
  )
}

/** All ports of the node. */
export function NodeWires({ flow, node }: { flow: Flow; node: FlowNode }) {
  const ports = portsOf(
    flow,
    useSignIn(({ types }) => types),
    node.id,
  )
  return (['in', 'out'] as const).flatMap((side) =>
    Object.entries(ports[side]).map(([name, port]) => (
      <PortWires key={`${side}-${name}`} flow={flow} start={{ node: node.id, port: name }} port={port} side={side} />
    )),
  )
}
