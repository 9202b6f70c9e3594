// Every command of the canvas, and the keys that call them.
import { useEffect } from 'react'
import { hasHabit } from '../canvas/tools.ts'
import { arranging } from './arrange.ts'
import { copySelected, copyText } from './copy.ts'
import { isPressed, type Command } from './command.ts'
import { deleteSelected } from './delete.ts'
import { deploy } from './deploy.ts'
import { duplicateSelected } from './duplicate.ts'
import { fitView } from './fit-view.ts'
import { group, ungroup, writeNote } from './notes.ts'
import { paste, pasteText } from './paste.ts'
import { redoChange } from './redo.ts'
import { rehearse } from './rehearse.ts'
import { rename } from './rename.ts'
import { save } from './save.ts'
import { selectAll } from './select-all.ts'
import { boxes, findCard, showCommands, showKeys, snap, zoomToSelection } from './show.ts'
import { share } from './share.ts'
import { stop } from './stop.ts'
import { switchOff } from './switch-off.ts'
import { pin, tidy } from './tidy.ts'
import { tryCard } from './try-card.ts'
import { versions } from './versions.ts'
import { undoChange } from './undo.ts'
import { zoomIn, zoomOut } from './zoom.ts'

export const commands: readonly Command[] = [
  undoChange,
  redoChange,
  copySelected,
  paste,
  duplicateSelected,
  deleteSelected,
  selectAll,
  rename,
  switchOff,
  writeNote,
  group,
  ungroup,
  ...arranging,
  tidy,
  pin,
  fitView,
  zoomIn,
  zoomOut,
  zoomToSelection,
  findCard,
  showCommands,
  showKeys,
  snap,
  boxes,
  save,
  share,
  versions,
  rehearse,
  tryCard,
  deploy,
  stop,
]

function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select'))
  )
}

/** Text that is marked on the page is what a person wants to copy. */
function hasMarkedText(): boolean {
  return (getSelection()?.toString() ?? '') !== ''
}

/** A key of one letter is pressed by mistake, by a voice, or by who has other habits. */
const isLetter = (shortcut: string): boolean => shortcut.length === 1 && shortcut !== '?'

/** Whether the keys of a command are listened for: a person may have switched them off. */
function isWanted(command: Command, shortcut: string): boolean {
  if (isLetter(shortcut)) return hasHabit('letters')
  return command !== findCard || hasHabit('find')
}

function onKey(event: KeyboardEvent, isReadOnly: boolean): void {
  const inText = isText(event.target)
  const command = commands.find(
    (candidate) =>
      !candidate.native &&
      (!inText || candidate.inText) &&
      (!isReadOnly || candidate.isSafe) &&
      candidate.shortcuts.some((shortcut) => isPressed(shortcut, event) && isWanted(candidate, shortcut)),
  )
  if (!command) return
  event.preventDefault()
  // The canvas has meanings of its own for some keys, such as Ctrl+Enter on a card.
  event.stopPropagation()
  if (command.isEnabled()) void command.run()
}

function onCopy(event: ClipboardEvent, isCut: boolean): void {
  if (isText(event.target) || hasMarkedText()) return
  const text = copyText()
  if (text === null) return
  event.clipboardData?.setData('text/plain', text)
  event.preventDefault()
  if (isCut) void deleteSelected.run()
}

function onPaste(event: ClipboardEvent): void {
  if (isText(event.target)) return
  if (pasteText(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault()
}

/** Listens for the keys of all commands while the canvas is open. */
export function useShortcuts(isReadOnly: boolean): void {
  useEffect(() => {
    const listeners = new AbortController()
    const { signal } = listeners
    document.addEventListener('keydown', (event) => onKey(event, isReadOnly), { signal, capture: true })
    document.addEventListener('copy', (event) => onCopy(event, false), { signal })
    if (!isReadOnly) {
      document.addEventListener('cut', (event) => onCopy(event, true), { signal })
      document.addEventListener('paste', onPaste, { signal })
    }
    return () => listeners.abort()
  }, [isReadOnly])
}
