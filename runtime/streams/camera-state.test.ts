// The camera's states, fact by fact, on a clock that is only a number.
import { describe, expect, it } from 'vitest'
import {
  backoffMs,
  cameraStatus,
  hasStalled,
  mustWait,
  newCamera,
  nextCamera,
  viewCamera,
  type CameraFact,
  type CameraRecord,
} from './camera-state.ts'

const limits = { lostAfterMs: 5000, isClip: false }
const opening: CameraFact = { type: 'opening' }
const picture: CameraFact = { type: 'picture', isFresh: true }
const data: CameraFact = { type: 'data' }
const refused: CameraFact = { type: 'trouble', code: 'CAMERA_UNAUTHORIZED', words: 'The camera refused the password.' }
const unreachable: CameraFact = { type: 'trouble', code: 'CAMERA_REFUSED', words: 'The camera refused the connection.' }

/** What is known after these facts, each at its second. */
function after(...facts: [number, CameraFact][]): CameraRecord {
  return facts.reduce((camera, [atS, fact]) => nextCamera(camera, fact, atS * 1000), newCamera(0))
}
const at = (camera: CameraRecord, second: number) => viewCamera(camera, limits, second * 1000)

describe('a camera', () => {
  it('is connecting, then watched, then slow to answer, then stalled', () => {
    const asked = after([0, opening])
    expect(at(asked, 1)).toMatchObject({ state: 'connecting', isLost: false })
    expect(at(asked, 6)).toMatchObject({ isLost: true, reason: 'The camera sends no picture.' })
    const seen = [0, 1, 2].reduce((camera, second) => nextCamera(camera, picture, second * 1000), asked)
    expect(at(seen, 3)).toMatchObject({ state: 'watching', isLost: false, reason: null })
    expect(at(seen, 6)).toMatchObject({ state: 'slow', isLost: false })
    expect(at(seen, 6).text).toBe('The camera is slow: its newest picture is 4 s old.')
    expect(at(seen, 8)).toMatchObject({ state: 'stalled', isLost: true })
    expect([hasStalled(seen, limits, 21_000), hasStalled(seen, limits, 23_000)]).toEqual([false, true])
  })

  it('that sends a picture every ten seconds is slow from the first gap on, and lost only far outside its rhythm', () => {
    const first = after([0, opening], [1, picture])
    expect(at(first, 10)).toMatchObject({ state: 'slow', isLost: false })
    const known = after([0, opening], [1, picture], [11, picture], [21, picture])
    expect(at(known, 21)).toMatchObject({ state: 'slow', isLost: false })
    expect(at(known, 45).isLost).toBe(false)
    expect(at(known, 47)).toMatchObject({ state: 'stalled', isLost: true })
    expect(hasStalled(known, limits, 50_000)).toBe(false)
    expect(cameraStatus(known, limits, 25_000, 7)).toEqual({
      state: 'slow',
      since: '1970-01-01T00:00:01.000Z',
      text: 'The camera is slow: its newest picture is 4 s old; it sends one about every 10 s.',
      newestPictureAgeS: 4,
      everyS: 10,
      decoderLines: 7,
    })
  })

  it('that is slow is not lost by a connection that breaks between two of its pictures', () => {
    const broken = after([0, opening], [1, picture], [11, picture], [20, unreachable], [21, opening])
    expect(at(broken, 24).isLost).toBe(false)
    expect(at(broken, 27).isLost).toBe(true)
  })

  it('joined between key pictures waits for one and is not lost', () => {
    const joined = after([0, opening], [2, data], [4, data])
    expect(at(joined, 9)).toMatchObject({ state: 'waiting-for-key', isLost: false })
    expect(at(joined, 9).text).toMatch(/waits for a key picture/)
    expect(at(nextCamera(joined, picture, 9000), 10)).toMatchObject({ state: 'watching', isLost: false })
    expect(at(joined, 23)).toMatchObject({ state: 'waiting-for-key', isLost: true })
    expect(hasStalled(joined, limits, 40_000)).toBe(false)
  })

  it('that was lost before is not back before its picture, but says what it waits for', () => {
    const back = after([0, opening], [1, picture], [2, unreachable], [30, opening], [31, data])
    expect(at(back, 32)).toMatchObject({ state: 'waiting-for-key', isLost: true })
  })

  it('keeps the reason of the last try until there is news', () => {
    const gone = after([0, opening], [1, picture], [2, unreachable], [3, opening])
    expect(at(gone, 8)).toMatchObject({ state: 'gone', isLost: true, reason: 'The camera refused the connection.' })
    expect(at(nextCamera(gone, refused, 9000), 9).state).toBe('refused')
  })

  it('that refuses the password three times waits for a person; a picture between begins the count anew', () => {
    const twice = after([0, opening], [1, refused], [31, opening], [32, refused])
    expect(mustWait(twice)).toBe(false)
    const thrice = nextCamera(twice, refused, 62_000)
    expect(mustWait(thrice)).toBe(true)
    expect(at(thrice, 63).reason).toMatch(/^The camera refused the password\. It was tried 3 times; /)
    expect(mustWait(nextCamera(nextCamera(twice, picture, 40_000), refused, 62_000))).toBe(false)
  })

  it('that froze is lost until it shows something new, also while it is opened again', () => {
    const frozen = after([0, opening], [1, picture], [2, { type: 'given-up', words: 'Frozen.' }], [3, opening])
    expect(at(frozen, 3)).toMatchObject({ state: 'stalled', isLost: true, reason: 'Frozen.' })
    expect(at(nextCamera(frozen, { type: 'picture', isFresh: false }, 3500), 4).isLost).toBe(true)
    expect(at(nextCamera(frozen, picture, 3500), 4).isLost).toBe(false)
  })

  it('that sends what nobody can read is unreadable, one that hung up is gone', () => {
    const states = ['CAMERA_BROKEN', 'CAMERA_NO_VIDEO', 'CAMERA_CLOSED', 'CAMERA_SILENT', null].map(
      (code) => at(after([0, opening], [1, { type: 'trouble', code, words: '' }]), 2).state,
    )
    expect(states).toEqual(['unreadable', 'unreadable', 'gone', 'stalled', 'gone'])
  })
})

it('never takes a hole in a clip for a lost camera', () => {
  const clip = { lostAfterMs: 5000, isClip: true }
  const playing = after([0, opening], [1, picture])
  expect(viewCamera(playing, clip, 600_000)).toMatchObject({ state: 'watching', isLost: false })
  expect(hasStalled(playing, clip, 600_000)).toBe(false)
})

it('pauses 0.5, 1, 2, 4 s and so on up to half a minute, each up to a quarter shorter', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ])
  expect([backoffMs(0, 0), backoffMs(0, 1), backoffMs(3, 0), backoffMs(3, 1)]).toEqual([375, 500, 3000, 4000])
  // Ten seconds into an outage the next pause is no longer than the outage.
  expect(backoffMs(4, 1)).toBeLessThanOrEqual(10_000)
})
