import { expect, it } from 'vitest'
import { isTimeLine, withoutTimeLines } from './time-lines.ts'

it.each([
  '<3.0 seconds>',
  ' < 3 s > ',
  '<3>',
  '<3.0 seconds ~ 4.0 seconds>',
  '<0.0-99.0>',
  '3.0 seconds ~ 4.0 seconds',
])('takes %j for a time', (line) => {
  expect(isTimeLine(line)).toBe(true)
})

it.each(['Warn after 3 seconds.', '3', '3 seconds', '14:05', '<b>', 'Wait <3 s> and warn.', '2-3', ''])(
  'leaves %j alone',
  (line) => {
    expect(isTimeLine(line)).toBe(false)
  },
)

it('takes such lines out and leaves the rest as it is', () => {
  expect(withoutTimeLines('Warn of falls.\r\n<3.0 seconds>\r\nSay who.')).toBe('Warn of falls.\nSay who.')
  expect(withoutTimeLines('a\r\nb')).toBe('a\r\nb')
})
