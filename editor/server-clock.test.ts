import { expect, it } from 'vitest'
import { noteServerDate, serverNowMs } from './server-clock.ts'

const at = Date.parse('2026-01-01T12:00:00Z')

it('follows the server where this clock is off, and leaves a good clock alone', () => {
  noteServerDate('Thu, 01 Jan 2026 12:00:00 GMT', at + 900)
  expect(serverNowMs(at)).toBe(at)
  noteServerDate('Thu, 01 Jan 2026 12:00:00 GMT', at - 60_000)
  expect(serverNowMs(at - 60_000)).toBe(at + 500)
  noteServerDate(null)
  noteServerDate('nonsense')
  expect(serverNowMs(at - 60_000)).toBe(at + 500)
  noteServerDate('Thu, 01 Jan 2026 12:00:00 GMT', at)
  expect(serverNowMs(at)).toBe(at)
})
