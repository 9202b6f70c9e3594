import { describe, expect, it } from 'vitest'
import type { Message } from './events.ts'
import { cutText, isFilledIn, oneLine, renderTemplate, templateWarnings } from './template.ts'

const message: Message = {
  id: 'm',
  eventId: 'e',
  at: '2026-03-01T07:15:00.000Z',
  text: 'A person fell.',
  source: { flow: 'f1', node: 'model', stream: 'f1-hall' },
  fields: { room: 'kitchen', people: 2, deep: { a: 1 } },
}
const world = { flow: 'Fall alert', timeZone: 'Europe/Madrid' }
const render = (template: string, patch: Partial<Message> = {}) =>
  renderTemplate(template, { ...message, ...patch }, world)

describe('renderTemplate', () => {
  it('fills in text, time, flow, camera and fields', () => {
    expect(render('{{flow}}/{{camera}} {{ time }}: {{text}} ({{fields.room}}, {{fields.people}})')).toBe(
      'Fall alert/hall 2026-03-01 08:15: A person fell. (kitchen, 2)',
    )
  })

  it('leaves nothing behind for what it does not know, what is not text, and what objects inherit', () => {
    expect(
      render('[{{nothing}}][{{fields.none}}][{{fields.deep}}][{{fields.constructor}}][{{fields.__proto__}}][{{}}]'),
    ).toBe('[][][][][][]')
  })

  it('never reads a placeholder that a value brought along', () => {
    expect(render('{{text}}', { text: '{{flow}} {{fields.room}} $& $1' })).toBe('{{flow}} {{fields.room}} $& $1')
    expect(render('{{{{text}}}}', { text: 'flow' })).toBe('{{flow}}')
    expect(render('{{fields.room}}', { fields: { room: '{{text}}' } })).toBe('{{text}}')
  })
})

describe('templateWarnings', () => {
  it('names each unknown placeholder once, as a warning', () => {
    expect(templateWarnings('{{tex}} {{tex}} {{text}} {{fields.x}} {{constructor}}', 'title')).toMatchObject([
      { field: 'title', severity: 'warning', message: expect.stringContaining('{{tex}}') as string },
      { message: expect.stringContaining('{{constructor}}') as string },
    ])
    expect(templateWarnings('plain', 'text')).toEqual([])
  })
})

describe('oneLine and cutText', () => {
  it('take line breaks and control characters out of what becomes a header', () => {
    expect(oneLine('Fall\r\nBcc: thief@example.org\u0000\u2028x')).toBe('Fall Bcc: thief@example.org x')
  })

  it('cut with an ellipsis and never through a character', () => {
    expect(cutText('abcdef', 4)).toBe('abc…')
    expect(cutText('ab😀cd', 4)).toBe('ab…')
  })
})

describe('an address', () => {
  it.each([
    'http://h{{text}}.evil.example/',
    'https://{{fields.host}}/a',
    'http://*.example',
    'http://h%7Btext%7D.example/',
    'http://nas:{{fields.port}}/',
    '{{text}}',
    'rtsp://admin:pass@{{text}}/1',
    'http://{{ text }}/a',
    'http:{{text}}',
  ])('%s is filled in from somewhere else', (address) => expect(isFilledIn(address)).toBe(true))

  it.each([
    'https://example.org/hook?at={{time}}#{a}',
    'rtsp://***@10.0.0.7:554/stream2',
    'rtsp://admin:{*}@10.0.0.7/a',
    'http://[fd00::1]:8080/{',
    'nas.local',
    '',
    'rtsp://',
  ])('%j is not', (address) => expect(isFilledIn(address)).toBe(false))
})
