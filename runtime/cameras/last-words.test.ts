import { expect, it } from 'vitest'
import { LastWords } from './child.ts'

it('counts complaints about pictures and keeps the line that says why it ended', () => {
  const words = new LastWords()
  words.push('rtsp://10.0.0.7: Connection timed out\n[h264 @ 0x1] non-existing PPS 0 refer')
  words.push('enced\n    Last message repeated 3 times\n')
  for (let line = 0; line < 900; line++)
    words.push(`[h264 @ 0x1] decode_slice_header error ${line}\n[h264 @ 0x1] no frame!\n`)
  words.push('Error while decoding stream #0:0: Invalid data found when processing input\n')
  expect(words.complaints).toBe(1 + 3 + 1800 + 1)
  expect(words.text).toBe(
    'Error while decoding stream #0:0: Invalid data found when processing input\nrtsp://10.0.0.7: Connection timed out',
  )
})

it('keeps what is no complaint, a line without an end too', () => {
  const words = new LastWords()
  words.push('[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized\n    Last message repeated 2 times\nExiting')
  expect([words.complaints, words.text]).toEqual([0, '[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized\nExiting'])
})
