// The address of the page behind a link, and the numbers it dials.
import { describe, expect, it } from 'vitest'
import { parseRoute } from '../route.ts'
import { toDial } from './AcknowledgePage.tsx'

describe('the page behind a link', () => {
  it('has an address of its own, with the token in it', () => {
    expect(parseRoute('/acknowledge/abc-_1', '', '')).toEqual({ page: 'acknowledge', token: 'abc-_1' })
  })

  it('dials the number in a label, and nothing else', () => {
    expect(['Ana +34 600 000 000', '112', 'Desk (030) 12-34', 'javascript:alert(1)'].map(toDial)).toEqual([
      'tel:+34600000000',
      'tel:112',
      'tel:0301234',
      'tel:',
    ])
  })
})
