import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import template from './template.ts'

const worded = async (text: string, message = testMessage('A man fell.'), more: Record<string, unknown> = {}) => {
  const sent = await testNode(template, { config: { text, ...more } }).tick({ message: [message] })
  return (sent.message as { text: string }[])[0]?.text
}

describe('template', () => {
  it('words a message anew and leaves everything else of it as it was', async () => {
    const message = testMessage('A man fell.', { at: '2026-03-01T07:15:00.000Z', fields: { room: 'kitchen' } })
    const sent = await testNode(template, {
      config: { text: '{{flow}}, {{camera}}, {{time}}, {{fields.room}}: {{text}}', timeZone: 'Europe/Berlin' },
    }).tick({ message: [message] })
    expect(sent.message).toEqual([{ ...message, text: 'Fall alert, cam, 2026-03-01 08:15, kitchen: A man fell.' }])
  })

  it('never reads what a message says as a template', async () => {
    for (const hostile of [
      '{{fields.secret}}',
      '{{flow}}',
      '}}{{time}}{{',
      '${process.env}',
      '<%= 1 %>',
      '$&$1',
      '{{te{{text}}xt}}',
    ]) {
      expect(await worded('It says: {{text}}', testMessage(hostile, { fields: { secret: 'pixel' } }))).toBe(
        `It says: ${hostile}`,
      )
      expect(await worded('{{fields.note}}|{{text}}', testMessage('x', { fields: { note: hostile } }))).toBe(
        `${hostile}|x`,
      )
    }
    expect(await worded('{{fields.constructor}}{{fields.__proto__}}|')).toBe('|')
  })

  it('warns of what will stay empty and refuses a time zone that is none', () => {
    expect(testNode(template, { config: { text: '{{nmae}}' } }).check()).toMatchObject([
      { code: 'TEMPLATE_FIELD_UNKNOWN', severity: 'warning' },
    ])
    expect(testNode(template, { config: { timeZone: 'Moon/Base' } }).check()).toMatchObject([
      { code: 'TEMPLATE_ZONE_UNKNOWN' },
    ])
    expect(testNode(template).check()).toEqual([])
  })
})
