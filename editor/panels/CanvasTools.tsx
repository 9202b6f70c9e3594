// What opens over the canvas: every command, the search for a card, the keys, and the menu of what is under the pointer.
import { Menu, Modal, Switch } from '@mantine/core'
import { IconBoxMultiple, IconNote } from '@tabler/icons-react'
import { useCallback } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { describe } from '../canvas/card-view.ts'
import { habits, toggleHabit, useTools, type Habit } from '../canvas/tools.ts'
import { showCard } from '../canvas/view.ts'
import { commands } from '../commands/all.ts'
import { arranging } from '../commands/arrange.ts'
import { shortcutWords, type Command } from '../commands/command.ts'
import { copySelected } from '../commands/copy.ts'
import { deleteSelected } from '../commands/delete.ts'
import { duplicateSelected } from '../commands/duplicate.ts'
import { fitView } from '../commands/fit-view.ts'
import { group, ungroup, writeNote } from '../commands/notes.ts'
import { paste } from '../commands/paste.ts'
import { rename } from '../commands/rename.ts'
import { selectAll } from '../commands/select-all.ts'
import { zoomToSelection } from '../commands/show.ts'
import { switchOff } from '../commands/switch-off.ts'
import { tryCard } from '../commands/try-card.ts'
import { pin, tidy } from '../commands/tidy.ts'
import { idsOf } from '../graph/edit.ts'
import { NamedIcon } from '../icons.tsx'
import { useSignIn } from '../sign-in.ts'
import { currentFlow, select, useFlow } from '../store.ts'
import type { NodeTypes } from '../views.ts'
import { Everywhere } from './Everywhere.tsx'
import { Finder, type Choice } from './Finder.tsx'
import { say } from '../words/say.ts'

const close = (): void => useTools.setState({ open: null })
const keysOf = ({ shortcuts: [first] }: Command): string => (first === undefined ? '' : shortcutWords(first))

function CommandFinder({ isReadOnly }: { isReadOnly: boolean }) {
  const own = commands
    .filter((command) => command.id !== 'commands' && (!isReadOnly || command.isSafe))
    .map((command) => ({ ...command, keys: keysOf(command), isOff: !command.isEnabled() }))
  return <Everywhere own={own} onClose={close} />
}

/** Cards, notes and groups, each with all that can be said of it. */
function things(flow: Flow | null | undefined, types: NodeTypes): (Choice & { said: string })[] {
  const cards = (flow?.nodes ?? []).map((node) => {
    const type = types.get(node.type)
    const { title, line } = describe(node, type)
    const icon = <NamedIcon name={type?.icon ?? 'puzzle'} size={18} stroke={1.75} />
    return { id: node.id, label: title, text: line, icon, said: `${title} ${line} ${node.id} ${type?.title ?? ''}` }
  })
  const groups = (flow?.groups ?? []).map(({ id, title }) => {
    const label = title || say('A group')
    return { id, label, text: say('Group'), icon: <IconBoxMultiple size={18} stroke={1.75} aria-hidden />, said: label }
  })
  const notes = (flow?.notes ?? []).map(({ id, text }) => {
    const label = text.split('\n', 1)[0] || say('A note')
    return { id, label, text: say('Note'), icon: <IconNote size={18} stroke={1.75} aria-hidden />, said: text }
  })
  return [...cards, ...groups, ...notes]
}

function ThingFinder() {
  const types = useSignIn(({ types }) => types)
  const find = (words: string): Choice[] => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
    return things(currentFlow(), types)
      .filter(({ said }) => wanted.every((word) => said.toLowerCase().includes(word)))
      .sort((a, b) => Number(startsWith(b.label, words)) - Number(startsWith(a.label, words)))
      .slice(0, 50)
  }
  const look = useCallback((id: string) => showCard(id, 1.5), [])
  return (
    <Finder
      label={say('Find on the canvas')}
      placeholder={say('Find a card, a note or a group')}
      none={say('Nothing here is called that, or says that.')}
      find={find}
      onMark={look}
      onClose={close}
      onChoose={(id) => {
        close()
        select({ nodes: [id] })
        showCard(id, 1.5)
      }}
    />
  )
}

function startsWith(title: string, words: string): boolean {
  return words !== '' && title.toLowerCase().startsWith(words.toLowerCase())
}

const gestures: readonly (readonly [string, string])[] = [
  [say('Shift and drag'), say('Select with a box')],
  [say('Drag a wire into the empty canvas'), say('Offers the cards that fit')],
  [say('Drag a wire by its end'), say('Leads it elsewhere')],
  [say('Drag a card onto a wire'), say('Puts it in between')],
  [say('Double-click a name'), say('Renames the card')],
  [say('Drag the title of a group'), say('Moves all of it')],
  [say('Double-click a note or a title'), say('Writes there')],
  [say('Arrow keys'), say('Move the selected cards')],
  [say('Enter on a card'), say('Opens its settings')],
  [say('Right-click, or press long'), say('Opens the menu')],
]

const habitWords: Record<Habit, string> = {
  snap: say('Cards lie on a grid'),
  offer: say('A wire let go over nothing offers the cards that fit'),
  between: say('A card laid on a wire goes in between'),
  letters: say('Single letters call commands'),
  find: say('Ctrl+F finds on the canvas instead of on the page'),
}

/** What is not as elsewhere, each to be switched off; kept in this browser. */
function Habits() {
  const on = useTools((tools) => tools.habits)
  return (
    <section className="stack-tight">
      <h3 className="group-title">{say('Habits')}</h3>
      {habits.map((habit) => (
        <Switch
          key={habit}
          label={habitWords[habit]}
          checked={on[habit]}
          onChange={() => toggleHabit(habit)}
          data-testid={`habit-${habit}`}
        />
      ))}
    </section>
  )
}

function Keys() {
  return (
    <Modal opened onClose={close} title={say('Keys and gestures')} size="lg" data-testid="keys-page">
      <dl className="keys">
        {commands
          .filter(({ shortcuts }) => shortcuts.length > 0)
          .map((command) => (
            <div key={command.id}>
              <dt>{command.shortcuts.map(shortcutWords).join(', ')}</dt>
              <dd>{command.label}</dd>
            </div>
          ))}
        {gestures.map(([how, what]) => (
          <div key={how}>
            <dt>{how}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Habits />
    </Modal>
  )
}

function itemsFor({ nodes, wires }: { nodes: readonly string[]; wires: readonly string[] }): readonly Command[] {
  if (nodes.length === 0) return wires.length > 0 ? [deleteSelected] : [writeNote, paste, selectAll, tidy, fitView]
  const one = nodes.length === 1 ? [tryCard, rename] : []
  return [
    ...one,
    copySelected,
    duplicateSelected,
    switchOff,
    group,
    ungroup,
    pin,
    zoomToSelection,
    ...(nodes.length > 1 ? [tidy, ...arranging] : []),
    deleteSelected,
  ]
}

function CanvasMenu() {
  const at = useTools((tools) => tools.menu)
  const selection = useFlow((open) => open.selection)
  return (
    <Menu
      opened={at !== null}
      onClose={() => useTools.setState({ menu: null })}
      position="bottom-start"
      withinPortal
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <span className="menu-anchor" style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} aria-hidden />
      </Menu.Target>
      <Menu.Dropdown data-testid="canvas-menu">
        {itemsFor(selection)
          .filter((command) => command.isEnabled())
          .map((command) => (
            <Menu.Item
              key={command.id}
              onClick={() => void command.run()}
              leftSection={<command.icon size={16} aria-hidden />}
              rightSection={<span className="quiet small">{keysOf(command)}</span>}
              data-testid={`menu-${command.id}`}
            >
              {command.label}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Selects what the menu is about, unless it is selected already. `target` is what lay under the pointer. */
export function openMenu(target: Element, at: { x: number; y: number }, flow: Flow): void {
  const { selection } = useFlow.getState()
  const card = target.closest<HTMLElement>('.react-flow__node')?.dataset['id']
  const wire = target.closest<SVGElement>('.react-flow__edge')?.dataset['id']
  if (card !== undefined && idsOf(flow).has(card)) {
    if (!selection.nodes.includes(card)) select({ nodes: [card] })
  } else if (wire !== undefined) {
    if (!selection.wires.includes(wire)) select({ wires: [wire] })
  } else if (target.closest('.react-flow__pane')) select({})
  useTools.setState({ menu: at })
}

/** Whatever of it is open. */
export function CanvasTools({ isReadOnly }: { isReadOnly: boolean }) {
  const open = useTools((tools) => tools.open)
  return (
    <>
      {open === 'commands' && <CommandFinder isReadOnly={isReadOnly} />}
      {open === 'search' && <ThingFinder />}
      {open === 'keys' && <Keys />}
      {!isReadOnly && <CanvasMenu />}
    </>
  )
}
