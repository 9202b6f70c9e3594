// The sentence beside the pointer that says why a wire was refused.
import { CloseButton } from '@mantine/core'
import { forgetRefusal, useDrawing } from './drawing.ts'
import { say } from '../words/say.ts'

/** Empty while nothing was refused; a screen reader hears it either way. */
export function WireRefused() {
  const refused = useDrawing((drawing) => drawing.refused)
  const left = refused ? Math.max(8, Math.min(refused.at.x + 12, innerWidth - 336)) : 0
  const top = refused ? Math.max(8, Math.min(refused.at.y + 12, innerHeight - 120)) : 0
  return (
    <div role="status" aria-live="assertive">
      {refused && (
        <div className="wire-refused" style={{ left, top }} data-testid="wire-refused">
          <span>{refused.text}</span>
          <CloseButton size="sm" aria-label={say('Close')} onClick={forgetRefusal} />
        </div>
      )}
    </div>
  )
}
