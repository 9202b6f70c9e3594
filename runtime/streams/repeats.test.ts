import { expect, it } from 'vitest'
import { eventKinds, sessionBench, stopSession } from '../../test/support/session-bench.ts'

it('counts the same sentence on the event it was first told as, and tells nobody a second time', async () => {
  const bench = sessionBench({
    verdict: (_request, n) => ([3, 5, 20, 100].includes(n) ? { action: 'response', text: 'A person has fallen.' } : {}),
  })
  const session = bench.start()
  await bench.clock.advance(30_500)
  const [event] = bench.store.events.filter(({ kind }) => kind === 'response.given')
  expect(event?.fields.repeats).toEqual({
    count: 3,
    firstAt: event?.at,
    lastAt: new Date(Date.parse(event?.at ?? '') + 17_000).toISOString(),
  })
  expect(bench.store.actions).toHaveLength(1)
  await bench.clock.advance(75_000)
  // Eighty seconds later it is news.
  expect(eventKinds(bench)).toEqual(['stream.started', 'response.given', 'response.given'])
  expect(bench.store.actions).toHaveLength(2)
  expect(bench.store.decisions.filter(({ action }) => action === 'response')).toHaveLength(4)
  await stopSession(bench, session)
})

it('goes on counting after a takeover', async () => {
  const bench = sessionBench({ verdict: () => ({ action: 'response', text: 'A person has fallen.' }) })
  const first = bench.start()
  await bench.clock.advance(2500)
  await stopSession(bench, first, new Error('handover'))
  const second = bench.start({
    generation: 2,
    resume: { ...structuredClone(bench.store.saved.get('flow1-cam')!), status: null },
  })
  await bench.clock.advance(1500)
  const given = bench.store.events.filter(({ kind }) => kind === 'response.given')
  expect(given).toHaveLength(1)
  expect(given[0]?.fields.repeats).toMatchObject({ count: 5 })
  await stopSession(bench, second)
})
