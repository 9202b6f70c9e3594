import { describe, expect, it } from 'vitest'
import { hostsOfConfig } from './hosts.ts'
import { hideInAddress } from './address-secrets.ts'
import { splitAddress } from './addresses.ts'
import { mapInside, walkValues } from './walk-values.ts'

describe('a walk through a value', () => {
  it('meets every text in the order it is written, with its place', () => {
    const met: string[] = []
    const value = { a: 'x', list: [1, 'y', { deep: ['z'] }], no: null, last: 'w' }
    walkValues(value, (text, place) => met.push(`${place.dotted()}=${text} (${place.key()})`))
    expect(met).toEqual(['a=x (a)', 'list.1=y (1)', 'list.2.deep.0=z (0)', 'last=w (last)'])
    walkValues('whole', (text, place) => met.push(`${place.dotted()}|${place.key()}|${text}`))
    expect(met.at(-1)).toBe('||whole')
  })

  it('looks at each place once, however deep it goes', () => {
    let seen = 0
    const counted = (inner: unknown): object =>
      Object.defineProperty({}, 'in', { enumerable: true, get: () => (seen++, inner) })
    const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => counted(inner), 'here')
    const met: string[] = []
    walkValues(deep, (text) => met.push(text))
    expect([met, seen]).toEqual([['here'], 20_000])
  })
})

describe('what is changed inside', () => {
  it('is the very same where nothing is another', () => {
    const value = { a: 1, list: ['b'] }
    expect(mapInside(value, (each) => each)).toBe(value)
    expect(mapInside(value.list, (each) => each)).toBe(value.list)
    expect(mapInside({ a: 1, b: 2 }, (each, key) => (key === 'b' ? 3 : each))).toEqual({ a: 1, b: 3 })
    const odd = JSON.parse('{"__proto__":"a"}') as object
    expect(JSON.stringify(mapInside(odd, () => 'b'))).toBe('{"__proto__":"b"}')
  })
})

describe('hosts of a config', () => {
  it('are read once, however many ask', () => {
    let reads = 0
    const config = Object.defineProperty({}, 'url', {
      enumerable: true,
      get: () => (reads++, 'rtsp://10.0.0.7/x'),
    }) as Record<string, unknown>
    for (let n = 0; n < 5; n++) expect(hostsOfConfig(config)).toEqual([{ host: '10.0.0.7:554', field: 'url' }])
    expect(reads).toBe(1)
  })
})

describe('an address with very many @', () => {
  // Each was tried with every one of them: 240 such addresses took half a second.
  it.each(['@', '@a', '@-/', '/@', '?@x.'])('of "%s" is one with a login up to the last of them', (part) => {
    const text = `rtsp://a:${part.repeat(2000)}`
    expect(splitAddress(`${text}@10.0.0.7/s`)).toMatchObject({ rest: '10.0.0.7/s' })
    expect(hideInAddress(`${text}@10.0.0.7/s`)?.text).toBe('rtsp://***@10.0.0.7/s')
  })

  it('hides all of them where none is surely the end of a password', () => {
    expect(hideInAddress(`rtsp://a:${'@-/'.repeat(2000)}`)?.text).toBe('rtsp://***@-/')
  })
})
