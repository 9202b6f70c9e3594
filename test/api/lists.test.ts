// The lists of the API, page by page: every one of them says where it goes on.
import { expect, it } from 'vitest'
import { startApi } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

const flow = (name: string) => ({ format: 'heed.flow/1', name, nodes: [], wires: [] })
type Page = Record<string, unknown> & { next?: string }

it.each(['flows', 'connections', 'media', 'templates', 'revisions'])(
  '%s come in pages that make up the whole',
  async (list) => {
    const api = memoryApi()
    const clip = (path: string, day: number) => ({ path, bytes: 9, uploadedAt: `2026-03-0${day}T08:00:00.000Z` })
    api.media.list = async () => [clip('c.mp4', 3), clip('a.mp4', 2), clip('b.mp4', 2)]
    const bench = await startApi(api)
    try {
      const { body } = await bench.call<{ id: string }>('POST', '/api/flows', { body: flow('First') })
      for (const name of ['Second', 'Third']) await bench.call('POST', '/api/flows', { body: flow(name) })
      for (const revision of ['1', '2', '3'])
        await bench.call('PUT', `/api/flows/${body.id}`, { body: flow('Again'), headers: { 'If-Match': revision } })
      for (const name of ['ana', 'ben', 'cleo'])
        await bench.call('POST', '/api/connections', {
          body: { name, kind: 'webhook', config: {}, secret: { url: 'https://example.org/x' } },
        })
      const path = list === 'revisions' ? `/api/flows/${body.id}/revisions` : `/api/${list}`
      const whole = (await bench.call<Page>('GET', path)).body
      expect(whole).not.toHaveProperty('next')
      const pages: unknown[] = []
      let cursor: string | undefined = ''
      do {
        const { body: page }: { body: Page } = await bench.call(
          'GET',
          `${path}?limit=2&cursor=${encodeURIComponent(cursor)}`,
        )
        const found = page[list] as unknown[]
        expect(found.length).toBeLessThanOrEqual(2)
        pages.push(...found)
        cursor = page.next
      } while (cursor !== undefined)
      expect(pages).toEqual(whole[list])
      expect(pages.length).toBeGreaterThan(2)
      const refused = await bench.call<{ error: { code: string } }>('GET', `${path}?limit=0`)
      expect(refused).toMatchObject({ status: 400, body: { error: { code: 'HTTP_QUERY_WRONG' } } })
    } finally {
      await bench.stop()
    }
  },
)
