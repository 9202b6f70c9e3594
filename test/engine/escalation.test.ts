// Family, neighbour, emergency desk: three nodes and two wires, with a clock that a test moves. What is due is performed in order.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import type { ActionRecord } from '../../runtime/actions/records.ts'
import type { EventRecord } from '../../runtime/history/records.ts'
import { performAction, type PerformDeps } from '../../runtime/actions/perform.ts'
import { escalationPlan } from '../support/escalation.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { testClients, toldNothing } from '../support/test-clients.ts'
import { quietLog } from '../support/session-bench.ts'
import { testMessage } from '../support/test-node.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const http = createHttp()
const minuteMs = 60_000
const fall = testMessage('A person has fallen.', { eventId: 'e0' })
let receiver: WebhookReceiver
beforeEach(async () => {
  receiver = await startWebhookReceiver()
})
afterEach(() => receiver.stop())
afterAll(() => http.close())

/** What the queue and the store do together, in memory: rows by id, performed when due. */
function outbox(everyM = 0) {
  const clock = fakeClock()
  const acknowledged = new Set<string>()
  const rows = new Map<string, { record: ActionRecord; attempt: number; isDone: boolean; dueAtMs: number }>()
  const events: EventRecord[] = []
  const [stream] = escalationPlan(receiver.url, { afterM: 3, everyM }).streams
  const deps: PerformDeps = {
    clock,
    log: quietLog,
    nodes: new Map([['notification', notification]]),
    http,
    acknowledgeUrl: ({ eventId }) => `http://heed.test/ack/${eventId}`,
    absoluteUrl: (path) => path,
    connections: {
      get: async () => {
        throw new Error('none')
      },
      sign: async () => undefined,
    },
    pictures: { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
    clients: testClients({ events: { isAcknowledged: async (id) => acknowledged.has(id), told: toldNothing } }),
  }
  const add = (record: ActionRecord): void => {
    if (!rows.has(record.id))
      rows.set(record.id, { record, attempt: 0, isDone: false, dueAtMs: record.dueAtMs ?? clock.nowMs() })
  }
  const perform = async (row: {
    record: ActionRecord
    attempt: number
    isDone: boolean
    dueAtMs: number
  }): Promise<void> => {
    const node = stream!.actions.find(({ id }) => id === row.record.node)!
    row.attempt += 1
    const outcome = await performAction(
      {
        action: row.record,
        attempt: row.attempt,
        flow: { id: 'flow1', name: 'Fall alert', revision: 1 },
        node,
        routes: stream!.routes,
      },
      deps,
      new AbortController().signal,
    )
    row.isDone = outcome.state !== 'retrying'
    row.dueAtMs = clock.nowMs() + 60_000
    events.push(...outcome.events)
    outcome.actions.forEach(add)
  }
  const run = async (minutes: number): Promise<void> => {
    const untilMs = clock.nowMs() + minutes * minuteMs
    for (;;) {
      const [next] = [...rows.values()]
        .filter((row) => !row.isDone && row.dueAtMs <= untilMs)
        .sort((a, b) => a.dueAtMs - b.dueAtMs)
      if (!next) break
      await clock.advance(Math.max(0, next.dueAtMs - clock.nowMs()))
      await perform(next)
    }
    await clock.advance(untilMs - clock.nowMs())
  }
  add({
    id: 'e0_family',
    eventId: 'e0',
    flowId: 'flow1',
    streamId: 'flow1-cam',
    run: 1,
    node: 'family',
    port: 'message',
    message: fall,
  })
  const told = () => receiver.received.map(({ body }) => String(body.title))
  return { run, told, acknowledged, events, rows }
}

describe('an escalation', () => {
  it('tells the next one after three minutes each, with the whole story and the first link', async () => {
    const { run, told, events } = outbox()
    await run(2.9)
    expect(told()).toEqual(['family'])
    await run(0.2)
    expect(told()).toEqual(['family', 'neighbour'])
    await run(3)
    expect(told()).toEqual(['family', 'neighbour', 'desk'])
    expect(receiver.received.map(({ body }) => body.text)).toEqual([
      'A person has fallen.',
      'Nobody has acknowledged this for 3 minutes: A person has fallen.',
      'Nobody has acknowledged this for 6 minutes: A person has fallen.',
    ])
    expect(new Set(receiver.received.map(({ body }) => body.acknowledgeUrl))).toEqual(
      new Set(['http://heed.test/ack/e0']),
    )
    expect(new Set(receiver.received.map(({ key }) => key)).size).toBe(3)
    await run(60)
    expect(told()).toHaveLength(3)
    expect(events.filter(({ kind }) => kind === 'notification.unacknowledged')).toHaveLength(3)
  })

  it('ends wherever somebody acknowledges the first event', async () => {
    const { run, told, acknowledged, rows } = outbox(1)
    await run(4.5)
    expect(told()).toEqual([
      'family',
      'family (reminder 1)',
      'family (reminder 2)',
      'family (reminder 3)',
      'neighbour',
      'family (reminder 4)',
      'neighbour (reminder 1)',
    ])
    acknowledged.add('e0')
    await run(120)
    expect(told()).toHaveLength(7)
    expect([...rows.values()].every(({ isDone }) => isDone)).toBe(true)
  })

  it('gives every reminder a key of its own', async () => {
    const { run } = outbox(1)
    await run(2.5)
    expect(receiver.received.map(({ key }) => key)).toEqual(['e0_family', 'e0_family_repeat-1', 'e0_family_repeat-2'])
  })

  it('goes on to the neighbour although the family cannot be reached at all', async () => {
    const { run, told, events } = outbox()
    receiver.script(410)
    await run(3.1)
    expect(told()).toEqual(['family', 'neighbour'])
    expect(events.map(({ kind }) => kind)).toContain('notification.failed')
    receiver.script(...Array.from({ length: 30 }, () => 503))
    const second = outbox()
    await second.run(3.1)
    expect(
      second
        .told()
        .slice(2)
        .filter((title) => title === 'neighbour'),
    ).not.toHaveLength(0)
  })
})
