// The node types, by group, with search. Drag one onto the canvas, or click it to put it beside what is selected.
import { ActionIcon, TextInput } from '@mantine/core'
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { dragType, placeNode } from '../canvas/Canvas.tsx'
import { NamedIcon } from '../icons.tsx'
import { useSession } from '../session.ts'
import type { NodeGroup, NodeType } from '../views.ts'
import { keepWish, readWish, roomyWish } from '../wishes.ts'

const groups: readonly { group: NodeGroup; title: string }[] = [
  { group: 'video', title: 'Video' },
  { group: 'interaction', title: 'Interaction' },
  { group: 'logic', title: 'Logic' },
  { group: 'action', title: 'Action' },
]

/** The types whose title, type or help hold every word. */
export function findTypes(types: readonly NodeType[], words: string): NodeType[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return types.filter((type) =>
    wanted.every((word) =>
      `${type.title} ${type.type} ${type.group} ${type.help} ${type.origin?.package ?? ''}`
        .toLowerCase()
        .includes(word),
    ),
  )
}

function Item({ type }: { type: NodeType }) {
  return (
    <button
      type="button"
      className="palette-item"
      draggable
      data-testid={`palette-${type.type}`}
      data-group={type.group}
      title={type.help}
      onClick={() => placeNode(type)}
      onDragStart={(event) => {
        event.dataTransfer.setData(dragType, type.type)
        event.dataTransfer.effectAllowed = 'copy'
      }}
    >
      <NamedIcon name={type.icon} size={20} stroke={1.75} />
      <span className="palette-words">
        <strong>{type.title}</strong>
        <span className="quiet two-lines">{type.help.split('\n')[0]}</span>
        {type.origin && <span className="quiet small clip-text">from {type.origin.package}</span>}
      </span>
    </button>
  )
}

/** Collapses to a narrow strip. */
export function Palette({ flowId }: { flowId: string }) {
  const types = useSession((session) => session.types)
  const [words, setWords] = useState('')
  const [isOpen, setOpen] = useState(() => readWish(roomyWish) !== flowId)
  const show = (): void => {
    keepWish(roomyWish, '')
    setOpen(true)
  }
  if (!isOpen) {
    return (
      <aside className="palette-closed">
        <ActionIcon variant="default" size="lg" aria-label="Show the palette" onClick={show}>
          <IconLayoutSidebarLeftExpand size={18} />
        </ActionIcon>
      </aside>
    )
  }
  const found = findTypes([...types.values()], words)
  return (
    <aside className="palette" aria-label="Palette" data-testid="palette">
      <div className="palette-head">
        <TextInput
          flex={1}
          aria-label="Find a card"
          placeholder="Find a card"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-testid="palette-search"
        />
        <ActionIcon variant="subtle" size="lg" aria-label="Hide the palette" onClick={() => setOpen(false)}>
          <IconLayoutSidebarLeftCollapse size={18} />
        </ActionIcon>
      </div>
      <div className="palette-list">
        {groups.map(({ group, title }) => {
          const items = found.filter((type) => type.group === group)
          return (
            items.length > 0 && (
              <section key={group} aria-label={title}>
                <h2 className="group-title">{title}</h2>
                {items.map((type) => (
                  <Item key={type.type} type={type} />
                ))}
              </section>
            )
          )
        })}
        {found.length === 0 && (
          <p className="quiet small" style={{ padding: '0 16px' }}>
            No card is called "{words}".
          </p>
        )}
      </div>
    </aside>
  )
}
