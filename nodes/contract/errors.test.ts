// What every error of ours carries, and what counts as a stop.
import { describe, expect, it } from 'vitest'
import {
  AuthError,
  BadRequestError,
  BugError,
  CodedError,
  ConflictError,
  FatalError,
  FlowInvalidError,
  isStopped,
  NotFoundError,
  RetryableError,
  StoppedError,
  toError,
} from './errors.ts'

describe('coded errors', () => {
  it('carry code, message, cause and details, and their own name', () => {
    const cause = new Error('refused')
    for (const Class of [BadRequestError, NotFoundError, ConflictError, AuthError, FatalError]) {
      const error = new Class('AREA_WHAT', 'Do this.', { cause, details: { host: 'a' } })
      expect(error).toBeInstanceOf(CodedError)
      expect(error).toMatchObject({
        name: Class.name,
        code: 'AREA_WHAT',
        message: 'Do this.',
        cause,
        details: { host: 'a' },
      })
    }
  })

  it('have no cause unless one is given', () => {
    expect('cause' in new FatalError('AREA_WHAT', 'Do this.')).toBe(false)
  })

  it('say when to come back, where the other side did', () => {
    expect(new RetryableError('AREA_WHAT', 'Later.', { retryAfterMs: 500 }).retryAfterMs).toBe(500)
    expect(new RetryableError('AREA_WHAT', 'Later.').retryAfterMs).toBeUndefined()
  })

  it('list the problems of a flow', () => {
    const problems = [
      { node: 'a', port: null, field: null, code: 'NODE_ODD', message: 'Odd.', severity: 'error' as const },
    ]
    expect(new FlowInvalidError('FLOW_ODD', 'Odd.', problems).problems).toBe(problems)
  })

  it('mark a broken invariant as ours', () => {
    expect(new BugError('never')).toMatchObject({ code: 'BUG_INVARIANT', message: 'never' })
  })
})

describe('isStopped', () => {
  it('knows our own stop and an aborted wait', () => {
    expect(isStopped(new StoppedError())).toBe(true)
    expect(isStopped(AbortSignal.abort().reason)).toBe(true)
  })

  it.each([new Error('x'), undefined, 'RUN_STOPPED', new FatalError('AREA_WHAT', 'x'), AbortSignal.timeout(0)])(
    'takes nothing else for a stop',
    (other) => {
      expect(isStopped(other)).toBe(false)
    },
  )
})

describe('toError', () => {
  it('leaves errors alone and wraps the rest', () => {
    const error = new Error('x')
    expect(toError(error)).toBe(error)
    expect(toError('odd').message).toBe('odd')
    expect(toError(undefined).message).toBe('undefined')
  })
})
