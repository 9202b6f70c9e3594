// What a command is: a name, keys, when it makes sense, and what it does. Every button and key of the canvas goes through one.
import type { Icon } from '@tabler/icons-react'
import { say } from '../words/say.ts'

export interface Command {
  id: string
  label: string
  icon: Icon
  /** `mod` is Ctrl, on a Mac the Command key. The first is shown. Empty for commands without a key. */
  shortcuts: readonly string[]
  /** Also while a text field has the focus. */
  inText?: boolean
  /** The browser brings these keys as an event of its own (copy, paste), so they are not listened for. */
  native?: boolean
  /** Nothing in the flow changes: allowed on a read-only canvas too. */
  isSafe?: boolean
  isEnabled(): boolean
  run(): void | Promise<void>
}

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** `mod+shift+z` as people write it: "Ctrl+Shift+Z". */
export function shortcutWords(shortcut: string): string {
  const names: Record<string, string> = {
    mod: isMac ? '⌘' : 'Ctrl',
    shift: isMac ? '⇧' : 'Shift',
    delete: say('Delete'),
    backspace: 'Backspace',
    enter: 'Enter',
    f2: 'F2',
  }
  return shortcut
    .split('+')
    .map((key) => names[key] ?? key.toUpperCase())
    .join(isMac ? '' : '+')
}

/** True when a key press is that shortcut. */
export function isPressed(
  shortcut: string,
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): boolean {
  const keys = shortcut.split('+')
  const key = keys.at(-1) ?? ''
  const mod = isMac ? event.metaKey : event.ctrlKey
  const ignoresShift = key.length === 1 && !/[a-z]/.test(key)
  return (
    event.key.toLowerCase() === key &&
    mod === keys.includes('mod') &&
    !event.altKey &&
    (ignoresShift || event.shiftKey === keys.includes('shift'))
  )
}
