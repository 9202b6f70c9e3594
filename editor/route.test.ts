import { describe, expect, it } from 'vitest'
import { parseRoute } from './route.ts'

describe('addresses', () => {
  it.each([
    ['/', '', '', { page: 'home' }],
    ['/flows', '', '', { page: 'flows' }],
    ['/flows/f%201', '', '', { page: 'flow', id: 'f 1' }],
    ['/flows/f1/revisions', '', '', { page: 'flow', id: 'f1', shows: 'revisions' }],
    ['/templates', '', '', { page: 'templates', id: null }],
    ['/templates/fall-alert', '', '', { page: 'templates', id: 'fall-alert' }],
    ['/inbox/e1', '', '', { page: 'event', id: 'e1' }],
    ['/history', '?q=fall', '', { page: 'history' }],
    ['/watch/f1', '', '', { page: 'watch', id: 'f1' }],
    ['/rehearse/f1', '', '', { page: 'rehearse', id: 'f1' }],
    ['/rehearse', '', '', { page: 'unknown' }],
    // What stands behind the hash of a shared flow is the page's own affair; nothing of it is taken for a sign-in.
    ['/s/', '', '#1.eJyr', { page: 'shared' }],
    ['/s', '', '', { page: 'shared' }],
    ['/s/', '', '#token=abc', { page: 'shared' }],
    ['/import', '', '#1.eJyr', { page: 'import', payload: '1.eJyr' }],
    ['/import', '', '#token=abc', { page: 'import', payload: 'token=abc' }],
    ['/import', '', '#', { page: 'unknown' }],
    ['/import', '', '', { page: 'unknown' }],
    ['/inbox', '?event=e%2F1', '', { page: 'event', id: 'e/1' }],
    ['/sign-in', '?token=abc', '', { page: 'sign-in', token: 'abc' }],
    ['/sign-in', '', '#token=abc', { page: 'sign-in', token: 'abc' }],
    ['/sign-in', '', '', { page: 'sign-in', token: null }],
    ['/nowhere', '', '', { page: 'unknown' }],
  ])('reads %s%s%s', (path, search, hash, route) => {
    expect(parseRoute(path, search, hash)).toEqual(route)
  })
})
