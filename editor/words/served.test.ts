import { afterEach, expect, it } from 'vitest'
import { speakServed, told, toldAnswer, toldDefinition } from './served.ts'

const catalogue = {
  'The camera at {host} refused the password.': '{host} 的摄像头拒绝了密码。',
  '{words} Try again.': '{words}请重试。',
  'Edit the connection.': '请编辑连接。',
  Cooldown: '冷却',
  'quiet {{quietMs}}': '安静 {{quietMs}}',
  Fall: '跌倒',
}

afterEach(() => speakServed({}))

it('tells a sentence with what the server filled in, and the surest pattern first', () => {
  speakServed(catalogue)
  expect(told('The camera at 10.0.0.7 (door) refused the password.')).toBe('10.0.0.7 (door) 的摄像头拒绝了密码。')
  expect(told('The camera at 10.0.0.7 refused the password. Try again.')).toBe('10.0.0.7 的摄像头拒绝了密码。请重试。')
  expect(told('The camera at 10.0.0.7 refused the password. Edit the connection.')).toBe(
    '10.0.0.7 的摄像头拒绝了密码。请编辑连接。',
  )
})

it('tells each line by itself', () => {
  speakServed({
    ...catalogue,
    'Remembers {value}': '记住了 {value}',
    'Remembers for a stream.': '为一路视频记住内容。',
  })
  expect(told('Remembers for a stream.\nCooldown\nRemembers 3 facts')).toBe(
    '为一路视频记住内容。\n冷却\n记住了 3 facts',
  )
})

it('leaves what it does not know, and everything where no catalogue is spoken', () => {
  expect(told('Cooldown')).toBe('Cooldown')
  speakServed(catalogue)
  expect(told('A person is lying on the floor.')).toBe('A person is lying on the floor.')
  expect(told('$& (.*) [')).toBe('$& (.*) [')
  expect(told('He fell. Nobody came. Edit the connection.')).toBe('He fell. Nobody came.请编辑连接。')
})

it('tells definitions, but no default that goes into a flow', () => {
  speakServed(catalogue)
  const type = {
    type: 'cooldown',
    title: 'Cooldown',
    card: 'quiet {{quietMs}}',
    config: { default: 'Fall', label: 'Fall' },
  }
  expect(toldDefinition(type)).toEqual({
    type: 'cooldown',
    title: '冷却',
    card: '安静 {{quietMs}}',
    config: { default: 'Fall', label: '跌倒' },
  })
})

it('tells what the server says of a stream, never the words of a person or of a model', () => {
  speakServed(catalogue)
  const answer = {
    streams: [{ reason: 'Edit the connection.', camera: { state: 'refused', text: 'Edit the connection.' } }],
    events: [
      { kind: 'stream.lost', text: 'Edit the connection.' },
      { kind: 'response.given', text: 'Fall' },
    ],
    document: { nodes: [{ config: { title: 'Fall', message: 'Fall' } }] },
  }
  const { streams, events, document } = toldAnswer(answer)
  expect(streams).toEqual([{ reason: '请编辑连接。', camera: { state: 'refused', text: '请编辑连接。' } }])
  expect(events.map(({ text }) => text)).toEqual(['请编辑连接。', 'Fall'])
  expect(document).toBe(answer.document)
})
