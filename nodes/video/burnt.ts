// What the nodes that burn something in have in common: they pass a picture on only when it carries their mark.
import { BugError } from '../contract/errors.ts'
import { markOf, type Frame, type PictureFilter } from '../contract/frames.ts'

/** The frame, when `filter` was burned into it. Anything else ends the stream: better no picture than one that shows too much. */
export function onlyBurnt(frame: Frame, filter: PictureFilter, what: string): Frame {
  if (frame.burnt?.includes(markOf(filter)) === true) return frame
  throw new BugError(
    `A picture came without its ${what}. The stream was stopped before anything saw it. Deploy the flow again; if it stays so, the camera's node type cannot burn pictures in.`,
  )
}
