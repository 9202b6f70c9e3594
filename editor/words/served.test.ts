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

it('tells a sentence whose first words are a sentence of their own', () => {
  speakServed({
    'The camera at {place}': '{place} 的摄像头',
    '{camera} refused the connection.': '{camera}拒绝了连接。',
  })
  expect(told('The camera at 10.0.0.7 refused the connection.')).toBe('10.0.0.7 的摄像头拒绝了连接。')
  expect(told('The camera at 10.0.0.7')).toBe('10.0.0.7 的摄像头')
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

it('walks over a hostile text once, and leaves what is far longer than any sentence of the server', () => {
  speakServed({ 'Wire {a} and {b} and {c} and {d} ends here.': '{a}{b}{c}{d}' })
  const hostile = `Wire ${'x and '.repeat(600)}`
  const began = performance.now()
  expect(told(hostile)).toBe(hostile)
  expect(performance.now() - began).toBeLessThan(1000)
  expect(told('Wire 1 and 2 and 3 and 4 and 5 ends here.')).toBe('1234 and 5')
  const long = `Wire ${'x'.repeat(4000)} and b and c and d ends here.`
  expect(told(long)).toBe(long)
})

it('leaves the names that people gave, and words that an object happens to have', () => {
  speakServed({ ...catalogue, 'The flow “{name}” is gone: {why}': '流程“{name}”不在了：{why}' })
  expect(told('The flow “Fall” is gone: Edit the connection.')).toBe('流程“Fall”不在了：请编辑连接。')
  expect(['constructor', '__proto__', 'toString'].map(told)).toEqual(['constructor', '__proto__', 'toString'])
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
