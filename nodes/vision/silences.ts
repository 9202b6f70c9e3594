// What the card says of a silent tick, by its reason. Words only.
import type { Reason } from '../contract/events.ts'

/** Why nothing was said, for the card. */
export const silences: Record<Reason, string> = {
  model: 'Watching',
  'no-instruction': 'Waiting for an instruction',
  'camera-lost': 'No picture from the camera',
  'heed-away': 'Heed was not running',
  'model-unreachable': 'The model cannot be reached',
  duplicate: 'Nothing new',
  cooldown: 'Quiet for a while',
  schedule: 'Off by schedule',
  dropped: 'No picture at this tick',
}
