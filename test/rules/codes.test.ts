// The codes in the code and the codes in runtime/README.md are the same, both ways.
import { describe, expect, it } from 'vitest'
import { codesInCode, page, readTable } from './codes.ts'

const areas = readTable()

describe('error and problem codes', () => {
  it(`are the same in the code and in ${page} (node test/rules/codes.ts --write)`, () => {
    expect(areas.flatMap(({ codes }) => codes)).toEqual(codesInCode())
  })

  it.each(areas)('of $area are explained', ({ about }) => {
    expect(about).toMatch(/\w{3}/)
  })

  it('are written AREA_WHAT', () => {
    for (const code of codesInCode()) expect(code).toMatch(/^[A-Z]{2,}(_[A-Z][A-Z0-9]*)+$/)
  })
})
