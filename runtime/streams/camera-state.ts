// What state a camera is in, from what was seen of it. Pure: facts and the time go in, a new record or words come out. It opens
// nothing and waits for nothing: that is source.ts.
import type { CameraState, CameraStatus } from '../../nodes/contract/events.ts'
import { growingPauseMs } from '../growing-pause.ts'

/** What can happen to a camera, as its driver sees it. */
export type CameraFact =
  /** A try begins. */
  | { type: 'opening' }
  /** It sends video from which no picture can be made yet. */
  | { type: 'data' }
  /** A picture; `isFresh` is false for one that shows nothing new, as after a clip was entered anew. */
  | { type: 'picture'; isFresh: boolean }
  /** Nothing, or the very same picture, for too long: the try is cut off. */
  | { type: 'given-up'; words: string }
  /** The try is over. */
  | { type: 'trouble'; code: string | null; words: string }

/** All that is remembered of a camera. Plain JSON. */
export interface CameraRecord {
  state: Exclude<CameraState, 'slow'>
  sinceMs: number
  /** Whether a try is going on. */
  isOpen: boolean
  hadPicture: boolean
  /** It was cut off for being stalled or frozen and has shown nothing new since. */
  isGivenUp: boolean
  /** Newest fresh picture, or when it was first asked: what a loss is counted from. */
  freshMs: number
  /** Last sign of life in this try, or its begin. */
  activeMs: number
  /** Since when it has sent video without a picture. */
  dataMs: number | null
  /** Times between its latest pictures, within one try each. */
  gapsMs: readonly number[]
  /** When the latest picture of this try came. */
  latestMs: number | null
  /** Tries in a row that gave no picture. */
  failures: number
  /** Refused passwords in a row. */
  refusals: number
  trouble: string | null
}

export interface CameraLimits {
  lostAfterMs: number
  /** A clip has holes and an end; only a camera is lost or stalls. */
  isClip: boolean
}

export interface CameraView {
  state: CameraState
  isLost: boolean
  /** Why there is no picture; null while there is. */
  reason: string | null
  /** One sentence for the card. */
  text: string
}

/** Cameras lock an account after some wrong passwords: so many tries, then a person is needed. */
export const mostRefusals = 3
/** Beyond this a picture is told to be old. */
const slowMs = 3000
/** How much later than usual a picture may come. */
const lateness = 2.5
/** While nothing is known of a camera's rhythm: the second picture may take so long. */
const unknownGapMs = 20_000
/** Some cameras send a whole picture this rarely. */
const keyPictureMs = 20_000
/** A source that is open and gives nothing for this long is opened anew. RTSP cameras may need 10 s for their first picture. */
const stallMs = 20_000
/** One that sends video without a picture is left to its decoder, which gives up before. */
const dataStallMs = 75_000
const keptGaps = 5
const firstPauseMs = 500
const longestPauseMs = 30_000

const stateOfCode: Record<string, CameraRecord['state']> = {
  CAMERA_UNAUTHORIZED: 'refused',
  CAMERA_CREDENTIALS_MISSING: 'refused',
  CAMERA_SILENT: 'stalled',
  CAMERA_BROKEN: 'unreadable',
  CAMERA_NO_VIDEO: 'unreadable',
  CAMERA_UNSUPPORTED: 'unreadable',
}

/** A camera that nobody has asked yet. `refusals` are an earlier worker's. */
export function newCamera(nowMs: number, refusals = 0): CameraRecord {
  return {
    state: 'connecting',
    sinceMs: nowMs,
    isOpen: false,
    hadPicture: false,
    isGivenUp: false,
    freshMs: nowMs,
    activeMs: nowMs,
    dataMs: null,
    gapsMs: [],
    latestMs: null,
    failures: 0,
    refusals,
    trouble: null,
  }
}

/*
 * connecting ──data──► waiting-for-key ──picture──► watching ◄──► slow        (slow: by the camera's own rhythm, see viewCamera)
 *     ▲  └───────────────picture──────────────────────▲ │
 *     │                                                 │ frozen, no picture ─► stalled
 *     │                                                 │ the try ends ───────► gone, refused, unreadable or stalled, by its code
 *     └── the next try: the state stays what the last one ended with until there is news ◄──┘
 */
export function nextCamera(camera: CameraRecord, fact: CameraFact, nowMs: number): CameraRecord {
  switch (fact.type) {
    case 'opening':
      return {
        ...camera,
        isOpen: true,
        latestMs: null,
        activeMs: nowMs,
        // Until the first picture nothing is older than the first question.
        freshMs: camera.failures === 0 && !camera.hadPicture ? nowMs : camera.freshMs,
      }
    case 'data':
      if (camera.latestMs !== null) return { ...camera, activeMs: nowMs }
      return { ...enter(camera, 'waiting-for-key', nowMs), activeMs: nowMs, dataMs: camera.dataMs ?? nowMs }
    case 'picture':
      return seePicture(camera, fact.isFresh, nowMs)
    case 'given-up':
      return { ...enter(camera, 'stalled', nowMs), trouble: fact.words, isOpen: false, isGivenUp: true }
    case 'trouble': {
      const state = stateOfCode[fact.code ?? ''] ?? 'gone'
      return {
        ...enter(camera, state, nowMs),
        isOpen: false,
        latestMs: null,
        trouble: fact.words,
        failures: camera.failures + 1,
        refusals: fact.code === 'CAMERA_UNAUTHORIZED' ? camera.refusals + 1 : camera.refusals,
      }
    }
  }
}

function enter(camera: CameraRecord, state: CameraRecord['state'], nowMs: number): CameraRecord {
  return camera.state === state ? camera : { ...camera, state, sinceMs: nowMs }
}

function seePicture(camera: CameraRecord, isFresh: boolean, nowMs: number): CameraRecord {
  const gap = camera.latestMs === null ? [] : [nowMs - camera.latestMs]
  const seen = {
    ...camera,
    activeMs: nowMs,
    latestMs: nowMs,
    gapsMs: [...camera.gapsMs, ...gap].slice(-keptGaps),
  }
  if (!isFresh) return seen
  return {
    ...enter(seen, 'watching', nowMs),
    hadPicture: true,
    isGivenUp: false,
    freshMs: nowMs,
    dataMs: null,
    failures: 0,
    refusals: 0,
    trouble: null,
  }
}

/** The camera's own rhythm: the longest of its latest gaps, in ms; null before its second picture. */
export function rhythmMs(camera: CameraRecord): number | null {
  return camera.gapsMs.length === 0 ? null : Math.max(...camera.gapsMs)
}

function isLost(camera: CameraRecord, limits: CameraLimits, nowMs: number): boolean {
  const { lostAfterMs } = limits
  if (camera.isGivenUp) return true
  if (limits.isClip && camera.isOpen) return false
  const ageMs = nowMs - camera.freshMs
  const rhythm = rhythmMs(camera)
  const isSlow = rhythm !== null && rhythm >= slowMs
  // A camera that sends, but has not come to a whole picture yet, unless it was lost before it sent.
  if (camera.isOpen && camera.dataMs !== null)
    return camera.dataMs - camera.freshMs > lostAfterMs || nowMs - camera.dataMs > Math.max(lostAfterMs, keyPictureMs)
  if (!camera.isOpen || camera.latestMs === null)
    return ageMs > (isSlow ? Math.max(lostAfterMs, rhythm) + lostAfterMs : lostAfterMs)
  return ageMs > Math.max(lostAfterMs, rhythm === null ? unknownGapMs : isSlow ? rhythm * lateness : 0)
}

/** How the camera does at this moment, in a state and in words. */
export function viewCamera(camera: CameraRecord, limits: CameraLimits, nowMs: number): CameraView {
  const lost = isLost(camera, limits, nowMs)
  const state = stateNow(camera, limits, lost, nowMs)
  const text = wordsOf(camera, state, nowMs)
  return { state, isLost: lost, reason: lost ? text : null, text }
}

function stateNow(camera: CameraRecord, limits: CameraLimits, lost: boolean, nowMs: number): CameraState {
  if (camera.state !== 'watching' || limits.isClip) return camera.state
  if (lost) return 'stalled'
  const isSlow = (rhythmMs(camera) ?? 0) >= slowMs || nowMs - camera.freshMs > slowMs
  return isSlow ? 'slow' : 'watching'
}

function wordsOf(camera: CameraRecord, state: CameraState, nowMs: number): string {
  const ageS = Math.round((nowMs - camera.freshMs) / 1000)
  switch (state) {
    case 'connecting':
      return nowMs - camera.sinceMs > slowMs ? 'The camera sends no picture.' : 'Connecting to the camera.'
    case 'waiting-for-key':
      return 'The camera is connected and sends; Heed waits for a key picture, from which on it can be shown.'
    case 'watching':
      return 'The camera is being watched.'
    case 'slow': {
      const everyS = Math.round((rhythmMs(camera) ?? 0) / 1000)
      const rhythm = everyS >= 3 ? `; it sends one about every ${everyS} s` : ''
      return `The camera is slow: its newest picture is ${ageS} s old${rhythm}.`
    }
    case 'refused':
      return `${camera.trouble ?? 'The camera refused the password.'}${mustWait(camera) ? waitingWords : ''}`
    default:
      return camera.trouble ?? 'The camera is connected but sends no picture.'
  }
}

const waitingWords = ` It was tried ${mostRefusals} times; Heed tries no more, so that the camera does not lock the account. Correct the password and deploy again.`

/** Whether only a person can help: no more tries until then. */
export function mustWait(camera: CameraRecord): boolean {
  return camera.refusals >= mostRefusals
}

/** Whether an open try has been silent for so long that a new one is better. */
export function hasStalled(camera: CameraRecord, limits: CameraLimits, nowMs: number): boolean {
  if (!camera.isOpen || limits.isClip) return false
  const patience = camera.dataMs === null ? Math.max(stallMs, (rhythmMs(camera) ?? 0) * (lateness + 0.5)) : dataStallMs
  return nowMs - camera.activeMs > patience
}

/** A pause before try `attempt` (from 0): 0.5, 1, 2, 4, 8, 16, 30 s, each up to a quarter longer, so that cameras do not come all at once. */
export function backoffMs(attempt: number, random: number): number {
  return growingPauseMs(attempt + 1, firstPauseMs, longestPauseMs, () => random)
}

/** What the API tells of a camera. */
export function cameraStatus(
  camera: CameraRecord,
  limits: CameraLimits,
  nowMs: number,
  decoderLines: number,
): CameraStatus {
  const { state, text } = viewCamera(camera, limits, nowMs)
  const rhythm = rhythmMs(camera)
  return {
    state,
    since: new Date(camera.sinceMs).toISOString(),
    text,
    newestPictureAgeS: camera.hadPicture ? Math.round((nowMs - camera.freshMs) / 100) / 10 : null,
    everyS: rhythm === null ? null : Math.round(rhythm / 100) / 10,
    decoderLines,
  }
}
