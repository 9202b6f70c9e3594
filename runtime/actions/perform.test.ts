import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineAction, port } from '../../nodes/contract/define.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import type { Message } from '../../nodes/contract/events.ts'
import { notification } from '../../test/support/escalation.ts'
import { testClients, toldNothing } from '../../test/support/test-clients.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { quietLog } from '../../test/support/session-bench.ts'
import { testMessage } from '../../test/support/test-node.ts'
import type { ActionOrder } from './records.ts'
import { performAction, type PerformDeps } from './perform.ts'

const message = testMessage('A person has fallen.', { tick: 7, mediaTimeS: 6 })
const never = new AbortController().signal

function teller(
  perform: (message: Message, ctx: { signal: AbortSignal; idempotencyKey: string }) => Promise<string>,
): NodeDefinition {
  return defineAction({
    type: 'tell',
    version: 1,
    title: 'Tell',
    icon: 'bell',
    group: 'action',
    help: 'For tests.',
    config: z.object({}),
    card: '',
    needs: [],
    timeoutMs: 5000,
    maxAttempts: 3,
    ports: {
      in: { message: port('message') },
      out: {
        delivered: port('message', { event: 'notification.delivered' }),
        failed: port('message', { event: 'notification.failed' }),
        plain: port('message'),
      },
    },
    perform: async (given, ctx) => ({
      summary: await perform(given, ctx),
      outputs: { delivered: given, plain: given },
    }),
  })
}

function bench(definition: NodeDefinition, order: Partial<ActionOrder> = {}, more: Partial<PerformDeps> = {}) {
  const clock = fakeClock()
  const deps: PerformDeps = {
    clock,
    log: quietLog,
    nodes: new Map([[definition.type, definition]]),
    http: { request: async () => ({ status: 200, headers: {}, text: '' }) },
    pictures: { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
    clients: testClients(),
    connections: {
      get: async () => {
        throw new FatalError('CONNECTION_MISSING', 'None.')
      },
      sign: async () => undefined,
    },
    acknowledgeUrl: () => '',
    absoluteUrl: (path) => path,
    ...more,
  }
  const whole: ActionOrder = {
    action: {
      id: `${message.eventId}_tell`,
      eventId: message.eventId,
      flowId: 'flow1',
      streamId: 'flow1-cam',
      run: 2,
      node: 'tell',
      port: 'message',
      message,
    },
    attempt: 1,
    flow: { id: 'flow1', name: 'Fall alert', revision: 4 },
    node: { id: 'tell', type: 'tell', version: 1, config: {} },
    routes: {},
    ...order,
  }
  return { clock, order: whole, run: (signal = never) => performAction(whole, deps, signal) }
}

describe('performAction', () => {
  it('delivers and records it under an id that is the same on every try', async () => {
    const keys: string[] = []
    const { run } = bench(
      teller(async (_message, ctx) => {
        keys.push(ctx.idempotencyKey)
        return 'Told.'
      }),
    )
    const [first, second] = [await run(), await run()]
    expect(first).toMatchObject({
      state: 'delivered',
      detail: 'Told.',
      events: [
        {
          kind: 'notification.delivered',
          node: 'tell',
          tick: 7,
          mediaTimeS: 6,
          revision: 4,
          fields: { about: message.eventId },
        },
      ],
      actions: [],
      inputs: [],
    })
    expect(second.events[0]?.id).toBe(first.events[0]?.id)
    expect(first.events[0]?.id).not.toBe(message.eventId)
    expect(keys).toEqual([`${message.eventId}_tell`, `${message.eventId}_tell`])
  })

  it('asks with the secrets of an address, of which the node sees the mark only', async () => {
    const asked: string[] = []
    const definition = {
      ...teller(async () => ''),
      perform: async (_message: Message, ctx: { http: PerformDeps['http'] }) => {
        await ctx.http.request({ method: 'GET', url: 'http://***@hook.example/x' }, never)
        await ctx.http.request({ method: 'GET', url: 'http://hook.example/y' }, never)
        return { summary: '', outputs: {} }
      },
    } as unknown as NodeDefinition
    const { run } = bench(
      definition,
      {},
      {
        http: {
          request: async ({ url }) => {
            asked.push(url)
            return { status: 200, headers: {}, text: '' }
          },
        },
        fillCredentials: async (flow, node, url) => url.replace('***', `${flow}-${node}`),
      },
    )
    await run()
    expect(asked).toEqual(['http://flow1-tell@hook.example/x', 'http://hook.example/y'])
  })

  it('routes what it made to actions, back into the session, and to other cameras, with an event for each action', async () => {
    const { run } = bench(
      teller(async () => 'Told.'),
      {
        routes: {
          'tell.plain': [
            { to: 'action', node: 'next', port: 'message' },
            { to: 'tick', node: 'model', port: 'query' },
            { to: 'remote', node: 'all', port: 'message', stream: 'cam2' },
          ],
        },
      },
    )
    const { actions, events, inputs } = await run()
    const sent = events.find((event) => event.kind === 'message.sent')
    expect(actions).toMatchObject([
      {
        id: `${sent?.id}_next`,
        eventId: sent?.id,
        run: 2,
        node: 'next',
        message: { source: { node: 'tell', stream: 'flow1-cam' } },
      },
    ])
    expect(inputs).toMatchObject([
      { streamId: 'flow1-cam', node: 'model', port: 'query' },
      { streamId: 'flow1-cam2', node: 'all' },
    ])
    expect(new Set(inputs.map((input) => input.id)).size).toBe(2)
  })

  it('wants another try, when the other side said so after its own pause, and fails after the last one', async () => {
    const definition = teller(async () => {
      throw new RetryableError('X_BUSY', 'Busy.', { retryAfterMs: 7000 })
    })
    expect(await bench(definition, { attempt: 2 }).run()).toEqual({
      state: 'retrying',
      detail: 'Busy.',
      code: 'X_BUSY',
      events: [],
      actions: [],
      inputs: [],
      retryAfterMs: 7000,
    })
    expect(await bench(definition, { attempt: 3 }).run()).toMatchObject({
      state: 'failed',
      detail: 'Busy.',
      events: [{ kind: 'notification.failed', text: 'Busy.', fields: { text: message.text } }],
    })
  })

  it('fails at once where another try would be the same, and tries again after a surprise', async () => {
    expect(
      await bench(
        teller(async () => {
          throw new FatalError('X_NO', 'No.')
        }),
      ).run(),
    ).toMatchObject({ state: 'failed', detail: 'No.', code: 'X_NO' })
    expect(
      await bench(
        teller(async () => {
          throw new TypeError('x is undefined')
        }),
      ).run(),
    ).toMatchObject({ state: 'retrying', detail: 'x is undefined' })
    expect(
      await bench(
        teller(async () => 'Told.'),
        { node: { id: 'tell', type: 'gone', version: 1, config: {} } },
      ).run(),
    ).toMatchObject({ state: 'failed', detail: expect.stringContaining('"gone"') as string })
  })

  it('cuts off a try that hangs, and tells the node', async () => {
    let wasTold = false
    const { clock, run } = bench(
      teller(
        (_message, ctx) =>
          new Promise(() => {
            ctx.signal.addEventListener('abort', () => {
              wasTold = true
            })
          }),
      ),
    )
    const outcome = run()
    await clock.advance(5000)
    expect(await outcome).toMatchObject({ state: 'retrying', detail: 'No answer within 5 s.' })
    expect(wasTold).toBe(true)
    expect(clock.waiting()).toBe(0)
  })

  it('takes what plain JavaScript gives back at once, as a package may', async () => {
    const atOnce = { ...teller(async () => ''), perform: () => ({ outputs: {}, summary: 'Told.' }) }
    expect(await bench(atOnce as unknown as NodeDefinition).run()).toMatchObject({
      state: 'delivered',
      detail: 'Told.',
    })
  })

  it('says nothing of a try that was stopped on request', async () => {
    const control = new AbortController()
    const { run } = bench(teller(() => new Promise(() => undefined)))
    const outcome = run(control.signal)
    control.abort()
    await expect(outcome).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  })
})

describe('what follows a failed try', () => {
  const nagging = (error: Error): NodeDefinition =>
    ({
      ...teller(async () => {
        throw error
      }),
      following: (_config: unknown, phase: string) => (phase === '' ? [{ phase: 'deadline', afterMs: 60_000 }] : []),
    }) as NodeDefinition

  it('is put off from the first try on, whether it is tried again or given up, under one id', async () => {
    const due = {
      id: `${message.eventId}_tell_deadline`,
      phase: 'deadline',
      dueAtMs: Date.UTC(2026, 0, 1) + 60_000,
      message,
    }
    expect((await bench(nagging(new RetryableError('X_BUSY', 'Busy.'))).run()).actions).toMatchObject([due])
    expect((await bench(nagging(new FatalError('X_NO', 'No.'))).run()).actions).toMatchObject([due])
  })

  it('names in the failed message what it is about', async () => {
    expect((await bench(nagging(new FatalError('X_NO', 'No.'))).run()).events).toMatchObject([
      { kind: 'notification.failed', fields: { about: message.eventId } },
    ])
  })

  it('stops at a receiver that is gone for good: the next one is not sent, and fails in the same words', async () => {
    let calls = 0
    const definition: NodeDefinition = {
      ...teller(async () => {
        calls += 1
        throw new FatalError('WEBHOOK_REFUSED', 'It is gone.', { details: { isGone: true } })
      }),
      receiver: () => 'hook.example.org',
    } as NodeDefinition
    expect(await bench(definition).run()).toMatchObject({
      state: 'failed',
      trouble: { receiver: 'hook.example.org', state: 'gone', retryAtMs: null, text: 'It is gone.' },
    })
    const next = await bench(definition, { trouble: { state: 'gone', text: 'It is gone.' } }).run()
    expect(next).toMatchObject({ state: 'failed', detail: 'It is gone.' })
    expect(next.events.map(({ kind }) => kind)).toEqual(['notification.failed'])
    expect(calls).toBe(1)
  })

  it('keeps the deadline of one that is gone, and ends its reminders once somebody has acknowledged it', async () => {
    const acknowledged = new Set<string>()
    const sent: string[] = []
    const http = {
      request: async ({ url }: { url: string }) => {
        sent.push(url)
        return { status: 200, headers: {}, text: '' }
      },
    }
    const connection = { name: 'push', kind: 'ntfy', config: {}, secret: {}, can: {} }
    const connections = { get: async () => connection, sign: async () => undefined }
    const clients = testClients({ events: { isAcknowledged: async (id) => acknowledged.has(id), told: toldNothing } })
    const at = (phase: string) => {
      const values = { channel: 'ntfy', to: 'house-a', connection: 'push', repeatEveryM: 1, unacknowledgedAfterM: 3 }
      const order: Partial<ActionOrder> = {
        trouble: { state: 'gone', text: 'It is gone.' },
        node: { id: 'tell', type: 'notification', version: 1, config: notification.config.parse(values) },
      }
      const { action } = bench(notification).order
      return bench(notification, { ...order, action: { ...action, phase } }, { http, connections, clients }).run()
    }
    const first = await at('')
    expect(first).toMatchObject({ state: 'failed', code: 'ACTION_RECEIVER_GONE', detail: 'It is gone.' })
    expect(first.actions.map(({ phase }) => phase)).toEqual(['repeat-1', 'deadline'])
    expect(await at('repeat-1')).toMatchObject({ state: 'failed', detail: 'It is gone.' })
    const late = await at('deadline')
    expect(late).toMatchObject({ state: 'delivered', events: [{ kind: 'notification.unacknowledged' }] })
    expect(late).not.toHaveProperty('trouble')
    acknowledged.add(message.eventId)
    expect(await at('repeat-1')).toMatchObject({ state: 'delivered', events: [], actions: [] })
    expect(sent).toEqual([])
  })

  it('says that a silent receiver answers again, if only with a no', async () => {
    const isSilent = { trouble: { state: 'silent' as const, text: 'Silent.' } }
    const run = async (perform: () => Promise<string>) => (await bench(teller(perform), isSilent).run()).trouble
    expect(await run(async () => 'ok')).toBeNull()
    expect(await run(() => Promise.reject(new FatalError('WEBHOOK_REFUSED', 'No.')))).toBeNull()
    expect(await run(() => Promise.reject(new RetryableError('HTTP_TIMEOUT', 'Silent.')))).toBeUndefined()
  })
})
