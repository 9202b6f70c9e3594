// ffmpeg's last words, as its versions write them, in a person's words.
import { describe, expect, it } from 'vitest'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { explain } from './trouble.ts'

const camera = { kind: 'rtsp', name: 'camera at 10.0.0.7' } as const
const clip = { kind: 'file', name: 'clip "a.mp4"' } as const

describe('explain', () => {
  it.each([
    ['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', 'CAMERA_UNAUTHORIZED'],
    ['http://10.0.0.7: Server returned 403 Forbidden (access denied)', 'CAMERA_UNAUTHORIZED'],
    ['[tcp @ 0x1] Connection to tcp://10.0.0.7:554 failed: Connection refused', 'CAMERA_REFUSED'],
    ['[srt @ 0x1] Connection to srt://10.0.0.7:9000 failed: Input/output error', 'CAMERA_REFUSED'],
    ['[tcp @ 0x1] Failed to resolve hostname kitchen: Name or service not known', 'CAMERA_UNKNOWN_HOST'],
    ['rtsp://10.0.0.7: Connection timed out', 'CAMERA_TIMEOUT'],
    ['rtsp://10.0.0.7: Operation timed out', 'CAMERA_TIMEOUT'],
    ['rtsp://10.0.0.7: No route to host', 'CAMERA_UNREACHABLE'],
    ['[rtsp @ 0x1] method DESCRIBE failed: 404 Not Found', 'CAMERA_NOT_FOUND'],
    ['[rtsp @ 0x1] method SETUP failed: 453 Not Enough Bandwidth', 'CAMERA_BUSY'],
    ['[video4linux2,v4l2 @ 0x1] Cannot open video device /dev/video0: Device or resource busy', 'CAMERA_BUSY'],
    ['http://10.0.0.7: Server returned 5XX Server Error reply', 'CAMERA_BROKEN'],
    ['[http @ 0x1] Stream ends prematurely at 28641, should be 57283', 'CAMERA_CLOSED'],
    ['[h264 @ 0x1] something new', 'CAMERA_BROKEN'],
    ['', 'CAMERA_BROKEN'],
  ])('reads "%s" as %s, worth another try', (words, code) => {
    const error = explain(camera, words)
    expect(error).toBeInstanceOf(RetryableError)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^The camera at 10\.0\.0\.7 .*[.?]$/)
  })

  it('does not try a camera without video again, nor any clip', () => {
    expect(explain(camera, "Stream specifier ':v:0' in filtergraph description matches no streams.")).toBeInstanceOf(
      FatalError,
    )
    expect(explain(clip, 'moov atom not found\nInvalid data found when processing input')).toMatchObject({
      name: 'FatalError',
      code: 'CAMERA_BROKEN',
      message: 'The clip "a.mp4" cannot be read as a video. Upload it again, or convert it to MP4.',
    })
  })

  it('asks rarely after a refused password, which may lock the account', () => {
    expect((explain(camera, '401 Unauthorized') as RetryableError).retryAfterMs).toBe(30_000)
  })
})
