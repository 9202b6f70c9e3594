// Follows people from picture to picture: greedy, nearest first, by overlap and distance. Pure; knows nothing of skills.
import { areaOf, overlap, type Box, type Pose } from './pose.ts'

/** A person that is being followed. `pose` is the last one seen. */
export interface Track {
  id: number
  bornS: number
  seenS: number
  /** How often it was seen: a ghost rarely lasts three pictures. */
  sightings: number
  pose: Pose
}

export interface Tracker {
  /** Puts the people of one picture to tracks; returns who was seen now and who was given up. */
  update(poses: Pose[], timeS: number): { seen: Track[]; lost: Track[] }
  /** Everybody still followed, seen in the last picture or not. */
  all(): Track[]
}

/** Starts a person; pose.ts keeps one from 0.15 on. */
export const startScore = 0.2
const livesS = 4
/** A pose too faint to start a person continues one only where that person just was: a ghost elsewhere is not them. */
const faintGapS = 0.5
const faintOverlap = 0.2
/** Matches farther apart than this many box sizes are two people. */
const farthest = 0.9
/** Without overlap, a body of another size is another body. */
const sizeRatio = 3.5

export function createTracker(): Tracker {
  let tracks: Track[] = []
  let nextId = 1
  return {
    update(poses, timeS) {
      const free = new Set(poses)
      const seen: Track[] = []
      for (const { track, pose } of matchesOf(tracks, poses, timeS)) {
        if (!free.has(pose) || seen.includes(track)) continue
        free.delete(pose)
        Object.assign(track, { pose, seenS: timeS, sightings: track.sightings + 1 })
        seen.push(track)
      }
      for (const pose of free) {
        if (pose.score < startScore) continue
        const track = { id: nextId++, bornS: timeS, seenS: timeS, sightings: 1, pose }
        tracks.push(track)
        seen.push(track)
      }
      const lost = tracks.filter((track) => timeS - track.seenS > livesS)
      tracks = tracks.filter((track) => timeS - track.seenS <= livesS)
      return { seen, lost }
    },
    all: () => tracks,
  }
}

function matchesOf(tracks: Track[], poses: Pose[], timeS: number): { track: Track; pose: Pose; likeness: number }[] {
  const matches = tracks.flatMap((track) =>
    poses.map((pose) => ({ track, pose, likeness: likenessOf(track, pose, timeS) })),
  )
  return matches.filter((match) => match.likeness > 0).sort((a, b) => b.likeness - a.likeness)
}

// Overlap counts most; a body that falls changes its box so much that overlap alone loses it, so nearness joins in.
// A longer absence allows a little more distance: people keep moving while they are hidden.
function likenessOf(track: Track, pose: Pose, timeS: number): number {
  const ratio = Math.max(areaOf(track.pose.box), 1) / Math.max(areaOf(pose.box), 1)
  const size = Math.max(sizeOf(track.pose.box), sizeOf(pose.box))
  const away = Math.min(0.5, (timeS - track.seenS) / livesS)
  const distance =
    Math.hypot(centreX(track.pose.box) - centreX(pose.box), centreY(track.pose.box) - centreY(pose.box)) / size
  const near = Math.max(0, 1 - distance / (farthest * (1 + away)))
  const shared = overlap(track.pose.box, pose.box)
  if (pose.score < startScore && (shared < faintOverlap || timeS - track.seenS > faintGapS)) return 0
  if (shared < 0.1 && (near === 0 || ratio > sizeRatio || ratio < 1 / sizeRatio)) return 0
  return shared + 0.5 * near
}

const centreX = (box: Box): number => (box.left + box.right) / 2
const centreY = (box: Box): number => (box.top + box.bottom) / 2
const sizeOf = (box: Box): number => Math.max(1, box.right - box.left, box.bottom - box.top)
