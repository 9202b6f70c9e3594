// Lists by pages: Postgres is asked for the rows of one page and one more, whose presence says that there is another page.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { cutPage, type ListQuery } from '../../nodes/contract/input.ts'
import { closeStore, openStore, runFlow, sampleFlow, startMs, type StoreUnderTest } from './samples.ts'

let under: StoreUnderTest
let flow: string
beforeAll(async () => {
  under = await openStore()
  const { flowId } = await runFlow(under.store)
  flow = flowId
  for (let n = 1; n <= 4; n += 1) await under.store.flows.update(flow, sampleFlow({ name: `Save ${n}` }), n)
  // Two in the same millisecond: they are told apart by their ids.
  for (const ms of [1, 1, 2, 3]) {
    under.clock.ms = startMs + ms
    await under.store.flows.create(sampleFlow())
  }
  for (const name of ['ana', 'Ben', 'Émile', '林'])
    await under.store.connections.create({ name, kind: 'webhook', config: {}, secret: {} })
})
afterAll(async () => {
  await closeStore(under)
})
afterEach(() => vi.restoreAllMocks())

interface List {
  table: string
  read(query?: ListQuery): Promise<unknown[]>
  keyOf(row: never): string
}
const lists: Record<string, List> = {
  flows: {
    table: 'flows',
    read: (query) => under.store.flows.list(query),
    keyOf: ({ updatedAt, id }: { updatedAt: string; id: string }) => `${updatedAt} ${id}`,
  },
  revisions: {
    table: 'flow_revisions',
    read: (query) => under.store.flows.revisions(flow, query),
    keyOf: ({ revision }: { revision: number }) => String(revision).padStart(10, '0'),
  },
  connections: {
    table: 'connections',
    read: (query) => under.store.connections.list(query),
    keyOf: ({ name }: { name: string }) => name,
  },
}

describe.each(Object.entries(lists))('%s', (_name, { keyOf, read, table }) => {
  test('are asked for one more than the page shows, and all pages are the list', async () => {
    const whole = await read()
    expect(whole.length).toBeGreaterThan(4)
    const asked = vi.spyOn(pg.Client.prototype, 'query')
    const found: unknown[] = []
    let cursor: string | undefined
    do {
      const rows = await read({ limit: 2, cursor })
      expect(rows.length).toBeLessThanOrEqual(3)
      const { page, next } = cutPage(rows as never[], keyOf, { limit: 2 })
      found.push(...page)
      cursor = next
    } while (cursor !== undefined)
    expect(found).toEqual(whole)
    const statements = asked.mock.calls.map(([first, second]) => {
      const { text, values = second } = (typeof first === 'string'
        ? { text: first }
        : first) as unknown as pg.QueryConfig
      return { text, values: values as unknown[] }
    })
    const pages = statements.filter(
      ({ text }) => text.startsWith('select') && text.includes(`from "${table}"`) && text.includes('order by'),
    )
    expect(pages).toHaveLength(Math.ceil(whole.length / 2))
    for (const { text, values } of pages) {
      expect(text).toMatch(/limit \$\d+$/)
      expect(values.at(-1)).toBe(3)
    }
  })
})

test('a cursor that no page gave is refused by name, not answered with a part of the list', async () => {
  for (const cursor of ['x', '2026-13-99T00:00:00.000Z fa', '2026-11-20T12:00:00.000Z'])
    await expect(under.store.flows.list({ limit: 2, cursor })).rejects.toMatchObject({ code: 'QUERY_CURSOR_INVALID' })
  for (const cursor of ['x', '-1', '9999999999'])
    await expect(under.store.flows.revisions(flow, { limit: 2, cursor })).rejects.toMatchObject({
      code: 'QUERY_CURSOR_INVALID',
    })
  await expect(under.store.flows.revisions('fnone', { limit: 2, cursor: undefined })).rejects.toMatchObject({
    code: 'FLOW_NOT_FOUND',
  })
  expect(await under.store.flows.revisions(flow, { limit: 2, cursor: '0000000001' })).toEqual([])
})
