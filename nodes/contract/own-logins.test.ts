import { describe, expect, it } from 'vitest'
import type { Flow } from './flow.ts'
import { keepLogins } from './own-logins.ts'

const flowWith = (config: Record<string, unknown>, type = 'camera-source'): Flow => ({
  format: 'heed.flow/1',
  name: 'Yard',
  nodes: [{ id: 'cam', type, version: 1, position: { x: 0, y: 0 }, config }],
  wires: [],
})
const kept = (own: Record<string, unknown>, incoming: Record<string, unknown>) =>
  keepLogins(flowWith(own), flowWith(incoming)).nodes[0]?.config

describe('the own logins of a flow that is replaced', () => {
  it('stay with the same address in the same place, however deep', () => {
    const own = {
      url: 'rtsp://***@10.0.0.7/s',
      hooks: [{ to: 'https://a.example/x?token=***' }],
      note: 'See http://***@10.0.0.8 first.',
    }
    const theirs = {
      url: 'rtsp://10.0.0.7/s',
      hooks: [{ to: 'https://a.example/x?token=' }],
      note: 'See http://10.0.0.8 first.',
      more: 1,
    }
    expect(kept(own, theirs)).toEqual({ ...own, more: 1 })
  })

  it.each([
    ['another host', { url: 'rtsp://10.0.0.9/s' }],
    ['another path', { url: 'rtsp://10.0.0.7/other' }],
    ['another port', { url: 'rtsp://10.0.0.7:8554/s' }],
    ['another field', { path: 'rtsp://10.0.0.7/s' }],
    ['a login of its own', { url: 'rtsp://guest:x@10.0.0.7/s' }],
    ['a value of another kind', { url: ['rtsp://10.0.0.7/s'] }],
  ])('do not go to %s', (_what, theirs) => {
    expect(kept({ url: 'rtsp://***@10.0.0.7/s' }, theirs)).toEqual(theirs)
  })

  it('do not go to a card of another type, nor to a list of another length', () => {
    const own = flowWith({ url: 'rtsp://***@10.0.0.7/s' })
    const other = flowWith({ url: 'rtsp://10.0.0.7/s' }, 'webhook')
    expect(keepLogins(own, other)).toEqual(other)
    expect(kept({ all: ['http://***@a/'] }, { all: ['http://a/', 'http://b/'] })).toEqual({
      all: ['http://a/', 'http://b/'],
    })
  })

  it('are none where a name is one that every object has', () => {
    expect(kept({}, JSON.parse('{"constructor":{"name":"http://a/"}}') as Record<string, unknown>)).toEqual({
      constructor: { name: 'http://a/' },
    })
  })
})
