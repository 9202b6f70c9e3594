// What is drawn for people alone: notes, and the titled frames of groups. Neither runs.
import { memo, type CSSProperties } from 'react'
import { rename } from '../commands/rename.ts'
import { changeNote, noteSize, retitle } from '../graph/notes.ts'
import { changeFlow, useFlow } from '../store.ts'
import { useTools } from './tools.ts'
import { SizeGrip, type CardProps } from './xyflow.ts'
import { say } from '../words/say.ts'

const endWriting = (): void => useTools.setState({ renaming: null })
const write = (id: string): void => {
  if (rename.isEnabled()) useTools.setState({ renaming: id })
}

/** A note of the open flow. */
export const NoteCard = memo(function NoteCard({ id, selected, height }: CardProps) {
  const note = useFlow((open) => open.history?.present.notes?.find((each) => each.id === id))
  const isWriting = useTools((tools) => tools.renaming === id)
  if (!note) return null
  const style: CSSProperties = { minHeight: note.height ?? noteSize.height }
  return (
    <div
      className="note"
      data-selected={selected || undefined}
      data-testid={`note-${id}`}
      style={isWriting ? { ...style, height } : style}
      onDoubleClick={() => write(id)}
    >
      {isWriting ? (
        <textarea
          className="note-words nodrag nopan nowheel nokey"
          aria-label={say('Words of the note')}
          data-testid="note-words"
          defaultValue={note.text}
          maxLength={8000}
          autoFocus
          onBlur={(event) => {
            const text = event.currentTarget.value
            changeFlow((flow) => changeNote(flow, id, { text }))
            endWriting()
          }}
          onKeyDown={(event) => {
            event.stopPropagation()
            if (event.key === 'Escape' && !event.nativeEvent.isComposing) event.currentTarget.blur()
          }}
        />
      ) : (
        <p className="note-words">{note.text || <span className="quiet">{say('Double-click to write')}</span>}</p>
      )}
      {selected && (
        <SizeGrip
          className="note-grip"
          position="bottom-right"
          minWidth={120}
          minHeight={60}
          onResizeEnd={(_event, size) =>
            changeFlow((flow) =>
              changeNote(flow, id, { width: Math.round(size.width), height: Math.round(size.height) }),
            )
          }
        />
      )}
    </div>
  )
})

/** The frame of a group; only its title takes the pointer, so that one draws and pans inside as anywhere. */
export const GroupFrame = memo(function GroupFrame({ id, selected }: CardProps) {
  const title = useFlow((open) => open.history?.present.groups?.find((each) => each.id === id)?.title)
  const isWriting = useTools((tools) => tools.renaming === id)
  if (title === undefined) return null
  return (
    <div className="group-frame" data-selected={selected || undefined} data-testid={`group-${id}`}>
      {isWriting ? (
        <input
          className="group-title-line nodrag nopan nokey"
          aria-label={say('Title of the group')}
          data-testid="group-title"
          defaultValue={title}
          placeholder={say('Group')}
          maxLength={120}
          autoFocus
          onBlur={(event) => {
            const words = event.currentTarget.value.trim()
            changeFlow((flow) => retitle(flow, id, words))
            endWriting()
          }}
          onKeyDown={(event) => {
            event.stopPropagation()
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Escape') event.currentTarget.value = title
            if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
          }}
        />
      ) : (
        <span className="group-title-line clip-text" title={title} onDoubleClick={() => write(id)}>
          {title || say('Group')}
        </span>
      )}
    </div>
  )
})
