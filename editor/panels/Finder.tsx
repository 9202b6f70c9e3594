// Type a few letters, take the best: the one small list behind the command palette, the search on the canvas and a wire's loose end.
import { IconSearch } from '@tabler/icons-react'
import {
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react'
import './finder.css'

export interface Choice {
  id: string
  label: string
  /** Said beside or below the label, quietly. */
  text?: string
  icon?: ReactNode
  keys?: string
  isOff?: boolean
}

interface FinderProps {
  label: string
  placeholder: string
  /** What is offered for these words, best first. */
  find(words: string): readonly Choice[]
  onChoose(id: string): void
  onClose(): void
  /** Whenever another one is marked. */
  onMark?(id: string): void
  none: string
  /** Where it opens on screen; above the middle of the page when absent. */
  at?: { x: number; y: number }
}

const widthPx = 320
const heightPx = 360

/** Next to `at`, but wholly on screen. */
function placeFor(at: FinderProps['at']): CSSProperties {
  if (!at) return {}
  return {
    left: Math.max(8, Math.min(at.x, innerWidth - widthPx - 8)),
    top: Math.max(8, Math.min(at.y, innerHeight - heightPx - 8)),
    width: widthPx,
    transform: 'none',
  }
}

function Row({ choice, id, isMarked, onChoose }: { choice: Choice; id: string; isMarked: boolean; onChoose(): void }) {
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isMarked) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isMarked])
  return (
    <li
      ref={row}
      id={id}
      role="option"
      aria-selected={isMarked}
      aria-disabled={choice.isOff || undefined}
      className="finder-row"
      data-testid={`choice-${choice.id}`}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => !choice.isOff && onChoose()}
    >
      <span className="finder-icon">{choice.icon}</span>
      <span className="finder-words">
        <span className="clip-text">{choice.label}</span>
        {choice.text && <span className="quiet small clip-text">{choice.text}</span>}
      </span>
      {choice.keys && <kbd className="finder-keys">{choice.keys}</kbd>}
    </li>
  )
}

/** Takes the focus; a press outside closes; what had the focus gets it back where nothing else took it. */
function useOpenBox(
  box: RefObject<HTMLElement | null>,
  input: RefObject<HTMLElement | null>,
  onClose: () => void,
): void {
  useEffect(() => {
    const before = document.activeElement
    input.current?.focus()
    const outside = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', outside, true)
    return () => {
      document.removeEventListener('pointerdown', outside, true)
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus()
    }
  }, [box, input, onClose])
}

/** Takes the focus, and gives it back when it closes. */
export function Finder({ label, placeholder, find, onChoose, onClose, onMark, none, at }: FinderProps) {
  const [words, setWords] = useState('')
  const [marked, mark] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const choices = find(words)
  const best = choices[marked] ? marked : 0
  useOpenBox(box, input, onClose)
  const markedId = choices[best]?.id
  useEffect(() => {
    if (markedId !== undefined) onMark?.(markedId)
  }, [markedId, onMark])
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation()
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const chosen = choices[best]
    if (event.key === 'Escape' || event.key === 'Tab') onClose()
    else if (step !== undefined && choices.length > 0) mark((best + step + choices.length) % choices.length)
    else if (event.key === 'Enter' && chosen && !chosen.isOff) onChoose(chosen.id)
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={box}
      className="finder surface"
      style={placeFor(at)}
      role="dialog"
      aria-label={label}
      data-testid="finder"
    >
      <div className="finder-head">
        <IconSearch size={16} aria-hidden />
        <input
          ref={input}
          className="finder-input"
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={markedId === undefined ? undefined : `${id}-${best}`}
          aria-label={label}
          placeholder={placeholder}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value)
            mark(0)
          }}
          onKeyDown={onKey}
          data-testid="finder-input"
        />
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={label} className="finder-list">
        {choices.map((choice, index) => (
          <Row
            key={choice.id}
            id={`${id}-${index}`}
            choice={choice}
            isMarked={index === best}
            onChoose={() => onChoose(choice.id)}
          />
        ))}
      </ul>
      {choices.length === 0 && <p className="quiet small finder-none">{none}</p>}
    </div>
  )
}
