import { describe, expect, it } from 'vitest'
import { csvRow } from './export-routes.ts'

describe('a row for a spreadsheet', () => {
  it('quotes text, doubles quotes, keeps lines together and leaves numbers alone', () => {
    expect(csvRow(['A "fall"', 'two\r\nlines, a comma', '厨房', -3.5, true, null, undefined, { a: 1 }])).toBe(
      '"A ""fall""","two\nlines, a comma","厨房",-3.5,true,,,"{""a"":1}"\r\n',
    )
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =cmd|calc', '\u00A0=1', '|x', '%0A=1'])(
    'lets no spreadsheet run %j',
    (text) => {
      expect(csvRow([text]).startsWith(`"'`)).toBe(true)
    },
  )
})
