import { describe, expect, it } from 'vitest'
import { isStopped } from '../../nodes/contract/errors.ts'
import { isHandover } from './grace.ts'
import { SessionLease } from './session-lease.ts'

const make = (): SessionLease => new SessionLease('flow-cam.1', { streamId: 'flow-cam', run: 1 }, 1_000, 1_010)

describe('a session lease', () => {
  it('counts from when the lock was asked for, and from the newest renewal', () => {
    const session = make()
    expect([session.isOverdue(7_999, 7_000), session.isOverdue(8_000, 7_000)]).toEqual([false, true])
    session.renewed(5_000)
    session.renewed(3_000)
    expect([session.isOverdue(11_999, 7_000), session.isOverdue(12_000, 7_000)]).toEqual([false, true])
  })

  it('aborts its session with a stop, not a failure', () => {
    const session = make()
    session.end('stop')
    expect(session.signal.aborted && isStopped(session.signal.reason)).toBe(true)
  })

  it('is handed over when this process goes or its lease is lost, not when a person wants it ended', () => {
    const isHandedOver = (['stop', 'shutdown', 'lease'] as const).map((cause) => {
      const session = make()
      session.end(cause)
      return isHandover(session.signal)
    })
    expect(isHandedOver).toEqual([false, true, true])
  })

  it('keeps the first cause, but a lost lease outranks all', () => {
    const [stopped, lost] = [make(), make()]
    stopped.end('stop')
    stopped.end('shutdown')
    lost.end('shutdown')
    lost.end('lease')
    lost.end('stop')
    expect([stopped.cause, lost.cause]).toEqual(['stop', 'lease'])
  })
})
