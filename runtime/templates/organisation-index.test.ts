import { describe, expect, it } from 'vitest'
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { readTemplates } from '../../test/support/templates.ts'
import { createOrganisationIndex } from './organisation-index.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const [first, second] = readTemplates().map(({ template }) => template)

/** A web of JSON by address; what is not there is 404, `away` breaks every connection. */
function web(pages: Record<string, unknown>) {
  const asked: string[] = []
  const trusted: string[] = []
  const state = { away: false }
  const http: HttpPort = {
    request: async ({ url }) => {
      asked.push(url)
      if (state.away) throw new RetryableError('HTTP_UNREACHABLE', 'example.org cannot be reached.')
      const page = pages[url]
      if (page === undefined) return { status: 404, headers: {}, text: '' }
      return { status: 200, headers: {}, text: typeof page === 'string' ? page : JSON.stringify(page) }
    },
  }
  const clock = fakeClock()
  const index = createOrganisationIndex({
    url: 'https://example.org/heed/index.json',
    http,
    clock,
    log,
    trust: (url) => trusted.push(url),
  })
  return { index, asked, trusted, clock, state }
}

describe("an organisation's index", () => {
  it('holds templates themselves or their addresses, and is not asked again while it is fresh', async () => {
    const { index, asked, trusted } = web({
      'https://example.org/heed/index.json': {
        templates: [first, 'more/second.json', { url: 'https://other.example/x' }],
      },
      'https://example.org/heed/more/second.json': second,
    })
    const { templates, trouble } = await index.read()
    expect(templates.map(({ id }) => id)).toEqual([first?.id, second?.id])
    expect(trouble).toContain('offers 1 that cannot be used')
    await index.read()
    expect(asked).toHaveLength(3)
    // What a stranger's list names is not what the owner of this server has named.
    expect(trusted.some((url) => url.includes('other.example'))).toBe(false)
  })

  it.each([
    ['<html>', 'It is not JSON.'],
    [{ hello: 1 }, 'It must be a list'],
    [Array.from({ length: 201 }, () => first), 'It lists too much'],
  ])('that is broken says so and offers nothing: %#', async (page, words) => {
    const { templates, trouble } = await web({ 'https://example.org/heed/index.json': page }).index.read()
    expect(templates).toEqual([])
    expect(trouble).toContain(words)
  })

  it('that goes away keeps what it offered before, and is asked again after a minute', async () => {
    const { index, clock, state, asked } = web({ 'https://example.org/heed/index.json': [first] })
    await index.read()
    state.away = true
    await clock.advance(11 * 60_000)
    await index.read()
    await expect.poll(async () => (await index.read()).trouble).toContain('what it offered before is shown')
    expect((await index.read()).templates).toHaveLength(1)
    const before = asked.length
    state.away = false
    await clock.advance(61_000)
    await index.read()
    await expect.poll(() => asked.length).toBe(before + 1)
    await expect.poll(async () => (await index.read()).trouble).toBe(null)
  })
})
