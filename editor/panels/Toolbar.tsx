// The small bar on the canvas: undo, redo, tidy up, show everything, larger, smaller. Each button is a command.
import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconInfoCircle } from '@tabler/icons-react'
import { copySelected } from '../commands/copy.ts'
import { shortcutWords, type Command } from '../commands/command.ts'
import { deleteSelected } from '../commands/delete.ts'
import { duplicateSelected } from '../commands/duplicate.ts'
import { fitView } from '../commands/fit-view.ts'
import { group, ungroup, writeNote } from '../commands/notes.ts'
import { paste } from '../commands/paste.ts'
import { boxes, findCard, showCommands } from '../commands/show.ts'
import { redoChange } from '../commands/redo.ts'
import { selectAll } from '../commands/select-all.ts'
import { share } from '../commands/share.ts'
import { tidy } from '../commands/tidy.ts'
import { versions } from '../commands/versions.ts'
import { undoChange } from '../commands/undo.ts'
import { zoomIn, zoomOut } from '../commands/zoom.ts'
import { useTools } from '../canvas/tools.ts'
import { useFlow } from '../store.ts'
import { say } from '../words/say.ts'

const shown: readonly (readonly Command[])[] = [
  [undoChange, redoChange],
  [tidy, fitView, zoomOut, zoomIn],
  [writeNote, boxes, findCard, showCommands],
]
const inMenu: readonly Command[] = [
  copySelected,
  paste,
  duplicateSelected,
  deleteSelected,
  selectAll,
  group,
  ungroup,
  versions,
  share,
]

function CommandButton({ command }: { command: Command }) {
  const isOn = useTools((tools) => tools.boxes)
  const isPressed = command === boxes ? isOn : undefined
  const [first] = command.shortcuts
  const name = first ? `${command.label} (${shortcutWords(first)})` : command.label
  return (
    <ActionIcon
      variant="subtle"
      size="lg"
      aria-label={command.label}
      title={name}
      aria-pressed={isPressed}
      disabled={!command.isEnabled()}
      onClick={() => void command.run()}
      data-testid={`command-${command.id}`}
    >
      <command.icon size={18} stroke={1.75} aria-hidden />
    </ActionIcon>
  )
}

function More() {
  return (
    <Menu position="top-start" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={say('More commands')}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {inMenu.map((command) => (
          <Menu.Item
            key={command.id}
            disabled={!command.isEnabled()}
            onClick={() => void command.run()}
            leftSection={<command.icon size={16} aria-hidden />}
            rightSection={<span className="quiet small">{shortcutWords(command.shortcuts[0] ?? '')}</span>}
          >
            {command.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** `onAbout` opens the flow's own panel. */
export function Toolbar({ isReadOnly, onAbout }: { isReadOnly: boolean; onAbout(): void }) {
  // What is enabled follows from these two.
  useFlow((open) => open.history)
  useFlow((open) => open.selection)
  return (
    <div className="toolbar surface" role="toolbar" aria-label={say('Canvas')}>
      {shown.flatMap((group, index) => [
        ...(index > 0 && !isReadOnly ? [<span key={`gap-${index}`} className="toolbar-gap" />] : []),
        ...group
          .filter((command) => !isReadOnly || command.isSafe)
          .map((command) => <CommandButton key={command.id} command={command} />),
      ])}
      {!isReadOnly && (
        <>
          <span className="toolbar-gap" />
          <More />
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={say('About this flow')}
            title={say('About this flow')}
            onClick={onAbout}
          >
            <IconInfoCircle size={18} aria-hidden />
          </ActionIcon>
        </>
      )}
    </div>
  )
}
