// What a skill is: pictures of people in, findings out. Skills are pure: time comes with the pictures.
import type { EdgeSkillId } from '../../../nodes/contract/skills.ts'
import type { Track } from './track.ts'

/** Everything known of one picture. Places are pixels of the letterboxed picture. */
export interface Scene {
  timeS: number
  width: number
  height: number
  /** Where the camera's picture begins and ends between the black bars of the letterbox. */
  left: number
  right: number
  bottom: number
  /** People seen in this picture. */
  seen: Track[]
  /** People given up with this picture. */
  lost: Track[]
  /** The picture's grey thumbnail, see gray.ts. */
  gray: Uint8Array
}

/** Something a skill is sure of. `timeS` is the media time at which it became sure. */
export interface Finding {
  skill: EdgeSkillId
  timeS: number
  text: string
  /** For the card: which person, by the number of its track. */
  person?: number
}

export interface Skill {
  see(scene: Scene): Finding[]
  /** The source has ended: decide now about whatever is pending. */
  end(timeS: number): Finding[]
}

export type SkillMode = 'balanced' | 'sensitive'
