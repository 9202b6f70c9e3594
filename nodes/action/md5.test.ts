import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { md5 } from './md5.ts'

it('is what the RFC says', () => {
  const of = (text: string): string => md5(new TextEncoder().encode(text))
  expect([of(''), of('abc'), of('message digest')]).toEqual([
    'd41d8cd98f00b204e9800998ecf8427e',
    '900150983cd24fb0d6963f7d28e17f72',
    'f96b697d7cb7938d525a2f31aaf161d0',
  ])
})

it.each([1, 55, 56, 63, 64, 65, 119, 120, 1000, 300_000])('is right for %i bytes', (length) => {
  const bytes = Uint8Array.from({ length }, (_unused, index) => (index * 31 + length) % 256)
  expect(md5(bytes)).toBe(createHash('md5').update(bytes).digest('hex'))
})
