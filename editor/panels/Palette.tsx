// The node types, by what one wants to do, with search. Drag one onto the canvas, or click it to put it beside what is selected.
import { ActionIcon, TextInput } from '@mantine/core'
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconSearch } from '@tabler/icons-react'
import { useState, type KeyboardEvent } from 'react'
import { carry, dragType, placeNode } from '../canvas/placing.ts'
import { rankTypes } from '../graph/search.ts'
import { NamedIcon } from '../icons.tsx'
import { useSignIn } from '../sign-in.ts'
import type { NodeGroup, NodeType } from '../views.ts'
import { keepWish, readWish, roomyWish } from '../wishes.ts'
import { say } from '../words/say.ts'

const groups: readonly { group: NodeGroup; title: string }[] = [
  { group: 'video', title: say('Get the picture') },
  { group: 'interaction', title: say('Watch and understand') },
  { group: 'logic', title: say('Decide when') },
  { group: 'action', title: say('Tell and act') },
]

function Item({ type, isBest = false }: { type: NodeType; isBest?: boolean }) {
  return (
    <button
      type="button"
      className="palette-item"
      draggable
      data-testid={`palette-${type.type}`}
      data-group={type.group}
      data-best={isBest || undefined}
      title={type.help}
      onClick={() => placeNode(type)}
      onDragStart={(event) => {
        event.dataTransfer.setData(dragType, type.type)
        event.dataTransfer.effectAllowed = 'copy'
        carry(type)
      }}
      onDragEnd={() => carry(null)}
    >
      <NamedIcon name={type.icon} size={20} stroke={1.75} />
      <span className="palette-words">
        <strong>{type.title}</strong>
        <span className="quiet clip-text">
          {type.origin ? say('from {package}: ', { package: type.origin.package }) : ''}
          {type.help.split('\n')[0]}
        </span>
      </span>
      {isBest && <kbd className="palette-enter">{say('Enter')}</kbd>}
    </button>
  )
}

/** By group, or as one list with the best on top while somebody searches. */
function Found({ found, isSearching }: { found: readonly NodeType[]; isSearching: boolean }) {
  return (
    <>
      {isSearching && found.length > 0 && (
        <section aria-label={say('Found')}>
          {found.map((type, index) => (
            <Item key={type.type} type={type} isBest={index === 0} />
          ))}
        </section>
      )}
      {!isSearching &&
        groups.map(({ group, title }) => {
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
    </>
  )
}

/** Collapses to a button. `isAway`: there is no room beside the inspector; `onShow` makes some. */
export function Palette({ flowId, isAway, onShow }: { flowId: string; isAway: boolean; onShow(): void }) {
  const types = useSignIn(({ types }) => types)
  const [words, setWords] = useState('')
  const [isOpen, setOpen] = useState(() => readWish(roomyWish) !== flowId)
  const show = (): void => {
    keepWish(roomyWish, '')
    setOpen(true)
    onShow()
  }
  if (!isOpen || isAway) {
    return (
      <aside className="palette-closed">
        <ActionIcon variant="default" size="lg" aria-label={say('Show the palette')} onClick={show}>
          <IconLayoutSidebarLeftExpand size={18} />
        </ActionIcon>
      </aside>
    )
  }
  const isSearching = words.trim() !== ''
  const found = rankTypes([...types.values()], words)
  const placeBest = (event: KeyboardEvent): void => {
    const [best] = found
    if (event.key === 'Escape') setWords('')
    if (event.key !== 'Enter' || !isSearching || !best || event.nativeEvent.isComposing) return
    event.preventDefault()
    placeNode(best)
    setWords('')
  }
  return (
    <aside className="palette" aria-label={say('Palette')} data-testid="palette">
      <div className="palette-head">
        <TextInput
          flex={1}
          aria-label={say('Find a card')}
          placeholder={say('Find a card')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={placeBest}
          data-testid="palette-search"
        />
        <ActionIcon variant="subtle" size="lg" aria-label={say('Hide the palette')} onClick={() => setOpen(false)}>
          <IconLayoutSidebarLeftCollapse size={18} />
        </ActionIcon>
      </div>
      <div className="palette-list">
        <Found found={found} isSearching={isSearching} />
        {found.length === 0 && (
          <p className="quiet small" style={{ padding: '0 16px' }}>
            {say('Nothing is called "{words}". Try what you want to do: "tell me", "only at night".', { words })}
          </p>
        )}
      </div>
    </aside>
  )
}
