import { describe, expect, it } from 'vitest'
import { answersOf, cameraConfig, firstAnswers, readHours, unanswered, writeHours } from './template-answers.ts'
import type { AskView, TemplateDocument } from './template-views.ts'

const asks: AskView[] = [
  { node: 'cam', field: 'path', label: '', kind: 'camera', default: null },
  { node: 'tell', field: 'channel', label: '', kind: 'receiver', default: 'inbox' },
  { node: 'model', field: 'connection', label: '', kind: 'connection', default: null, connections: [] },
  { node: 'hours', field: 'hours', label: '', kind: 'time', default: 'daily 22:00-06:00' },
]
const node = (id: string, config: Record<string, unknown>) => ({
  id,
  type: 'x',
  version: 1,
  position: { x: 0, y: 0 },
  config,
})
const template = {
  asks,
  document: {
    format: 'heed.flow/1',
    name: 'Night',
    nodes: [node('cam', {}), node('tell', { channel: 'inbox' }), node('model', {}), node('hours', { timeZone: 'UTC' })],
    wires: [],
  },
} as unknown as TemplateDocument

describe('answers', () => {
  it('begin with what the template proposes, in the hours of this place', () => {
    const given = firstAnswers(template, 'Asia/Shanghai')
    expect(given.values).toMatchObject({
      'tell.channel': 'inbox',
      'hours.hours': 'daily 22:00-06:00',
      'hours.timeZone': 'Asia/Shanghai',
    })
    expect(unanswered(asks, given)).toEqual(['cam.path', 'model.connection'])
  })

  it('are sent without what is empty', () => {
    const given = firstAnswers(template, 'Asia/Shanghai')
    given.cameras.cam = { way: 'clip', address: '', path: 'a.mp4' }
    given.values['tell.to'] = ''
    expect(answersOf(asks, given)).toEqual({
      'cam.path': { kind: 'file', path: 'a.mp4', loop: true },
      'tell.channel': { channel: 'inbox' },
      'hours.hours': 'daily 22:00-06:00',
      'hours.timeZone': 'Asia/Shanghai',
    })
  })

  it.each([
    ['rtsp://10.0.0.7/s', { kind: 'rtsp', url: 'rtsp://10.0.0.7/s' }],
    [' http://10.0.0.7/v.mjpg ', { kind: 'url', url: 'http://10.0.0.7/v.mjpg' }],
    ['/dev/video0', { kind: 'device', device: '/dev/video0' }],
    ['  ', null],
  ])('open a camera by its address %s', (address, config) => {
    expect(cameraConfig({ way: 'address', address, path: '' })).toEqual(config)
  })

  it('read hours that two clocks can show, and leave others as they are', () => {
    expect(readHours('daily 22:00-06:00')).toEqual({ days: 'daily', from: '22:00', to: '06:00' })
    expect(readHours(['Mon 08:00-09:00'])).toBe(null)
    expect(readHours(['daily 01:00-02:00', 'daily 03:00-04:00'])).toBe(null)
    expect(writeHours({ days: 'Mon-Fri', from: '08:00', to: '18:00' })).toEqual(['Mon-Fri 08:00-18:00'])
  })
})
