import { describe, expect, it } from 'vitest'
import { parseRoute } from './route.ts'

describe('addresses', () => {
  it.each([
    ['/', '', '', { page: 'home' }],
    ['/flows', '', '', { page: 'flows' }],
    ['/flows/f%201', '', '', { page: 'flow', id: 'f 1' }],
    ['/templates', '', '', { page: 'templates', id: null }],
    ['/templates/fall-alert', '', '', { page: 'templates', id: 'fall-alert' }],
    ['/inbox/e1', '', '', { page: 'event', id: 'e1' }],
    ['/watch/f1', '', '', { page: 'watch', id: 'f1' }],
    ['/inbox', '?event=e%2F1', '', { page: 'event', id: 'e/1' }],
    ['/sign-in', '?token=abc', '', { page: 'sign-in', token: 'abc' }],
    ['/sign-in', '', '#token=abc', { page: 'sign-in', token: 'abc' }],
    ['/sign-in', '', '', { page: 'sign-in', token: null }],
    ['/nowhere', '', '', { page: 'unknown' }],
  ])('reads %s%s%s', (path, search, hash, route) => {
    expect(parseRoute(path, search, hash)).toEqual(route)
  })
})
