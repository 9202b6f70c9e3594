import { expect, it } from 'vitest'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { Mailbox } from './mailbox.ts'

it('keeps the newest and counts what it drops', () => {
  const mailbox = new Mailbox<string>()
  for (const item of ['a', 'b', 'c']) mailbox.put(item)
  expect([mailbox.take(), mailbox.take(), mailbox.dropped, mailbox.isEmpty]).toEqual(['c', undefined, 2, true])
})

it('wakes a reader on arrival, after its time, and on a stop', async () => {
  const clock = fakeClock()
  const mailbox = new Mailbox<string>()
  const control = new AbortController()
  const arrival = mailbox.wait(clock, 1000, control.signal)
  mailbox.put('a')
  await arrival
  const late = mailbox.wait(clock, 1000, control.signal)
  await clock.advance(1000)
  await late
  const stopped = mailbox.wait(clock, 1000, control.signal)
  control.abort()
  await expect(stopped).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  expect(clock.waiting()).toBe(0)
})
