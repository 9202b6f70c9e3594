import { expect, test } from 'vitest'
import { plainJson, plainText } from './plain-text.ts'

test('drops NUL and mends half a pair', () => {
  expect(plainText('a\0b\ud83dc😀')).toBe('ab\ufffdc😀')
})

test('cleans every string and key of a value, and nothing else', () => {
  expect(plainJson({ 'k\0': ['\0', 1, null, { deep: '\udc00' }], n: 1.5 })).toEqual({
    k: ['', 1, null, { deep: '\ufffd' }],
    n: 1.5,
  })
})

test('gives back the very value when there is nothing to clean', () => {
  const value = { text: 'plain 😀 \\u0041', list: [1] }
  expect(plainJson(value)).toBe(value)
})
