// A night in the life (a day with HEED_SOAK_HOURS=24): 28,800 ticks at full speed with everything going wrong in turn every hour, on the
// real engine, recorder, memory node and model session. Afterwards nothing has grown, no alert is lost and no work is left over.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { fromOutside } from '../../nodes/contract/events.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import memory from '../../nodes/vision/memory.ts'
import { createModels } from '../../runtime/models/models.ts'
import { createEngine } from '../../runtime/streams/engine.ts'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import { dayStore } from '../support/day-store.ts'
import { fakeOpenai, sizedJpeg } from '../support/fake-openai.ts'
import { testClients } from '../support/test-clients.ts'
import { quietLog, sessionBench, testPlan } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

// Every tick cuts a few waits short; where each of them began is not worth a tenth of the time.
Error.stackTraceLimit = 0
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heapMb = (): number => {
  collect()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

const hours = Number(process.env.HEED_SOAK_HOURS ?? 8)
const daySeconds = hours * 3600
const keptFacts = 6
/** A prime, so that alerts meet every kind of trouble. */
const alertEveryS = 211

function dayPlan(): PlanStream {
  const plan = testPlan()
  return {
    ...plan,
    ticks: [{ id: 'mind', type: 'memory', version: 1, config: { keepFacts: keptFacts } }, ...plan.ticks],
    routes: { ...plan.routes, 'mind.memory': [{ to: 'tick', node: 'model', port: 'memory' }] },
  }
}

/** Everything around one stream for a day: a plain vision server, a database, a camera, and somebody who tells it things. */
function liveDay() {
  const said: string[] = []
  let lastAt = ''
  const server = fakeOpenai({
    keep: 3,
    answer: ({ isSummary, texts }) => {
      if (isSummary) return 'The house was quiet.'
      const at = /from ([\d.]+) s/.exec(texts.at(-1) ?? '')?.[1] ?? ''
      if (at === lastAt || Math.floor(Number(at)) % alertEveryS !== 0) return '</silence>'
      lastAt = at
      said.push(`A person fell at ${at}.`)
      return `</response> A person fell at ${at}.`
    },
  })
  // Large enough that a day of them, kept by mistake, shows.
  const bench = sessionBench({ camera: { jpeg: sizedJpeg(640, 480, 400) } })
  const { camera, clock } = bench
  const store = dayStore(daySeconds + 200)
  const bus = { published: 0, listeners: new Set<(message: never) => void>() }
  const models = createModels({
    http: server.http,
    clock,
    log: quietLog,
    connections: {
      get: async () => ({
        name: 'fake',
        ...ofKind('openai'),
        config: { url: 'http://127.0.0.1:9', model: 'qwen-vl' },
        secret: {},
      }),
    },
  })
  const createWorker = () =>
    createEngine({
      ...bench.deps,
      nodes: new Map([...bench.deps.nodes, [memory.type, memory]]),
      models,
      store,
      ...{ clients: testClients() },
      bus: {
        publish: () => {
          bus.published++
        },
        subscribe: (listener) => {
          bus.listeners.add(listener)
          return () => {
            bus.listeners.delete(listener)
          }
        },
      },
      http: server.http,
      connections: {
        get: () => {
          throw new Error('none')
        },
        sign: async () => undefined,
      },
      pictures: { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
      acknowledgeUrl: () => 'http://heed.test/',
      absoluteUrl: (path) => path,
    })
  let worker = createWorker()
  let generation = 0
  const start = () => {
    const order: SessionOrder = {
      ...bench.order,
      plan: dayPlan(),
      generation: ++generation,
      resume: store.saved ? { ...structuredClone(store.saved), status: null } : null,
    }
    const control = new AbortController()
    return { ended: worker.runStream(order, control.signal), control }
  }
  let session = start()
  const end = async (reason: Error): Promise<void> => {
    session.control.abort(reason)
    let isOver = false
    void session.ended.then(() => {
      isOver = true
    })
    while (!isOver) await clock.advance(50)
    worker.stop()
  }
  return {
    server,
    camera,
    clock,
    store,
    bus,
    said,
    end,
    worker: () => worker,
    /** Heed is started again: another worker goes on where this one was. */
    restart: async () => {
      await end(new Error('handover'))
      worker = createWorker()
      session = start()
    },
    remember: (n: number) => {
      const id = `fact-${n}`
      store.inputs.push({
        id,
        streamId: 'flow1-cam',
        node: 'mind',
        port: 'message',
        message: {
          id,
          eventId: id,
          at: new Date(clock.nowMs()).toISOString(),
          text: `Fact ${n}.`,
          source: { flow: 'flow1', node: fromOutside, stream: 'flow1-cam' },
        },
      })
    },
  }
}
type Day = ReturnType<typeof liveDay>

/** What goes wrong, second by second of every hour, and what makes it good again. */
const troubles: Record<number, (day: Day, hour: number) => unknown> = {
  300: ({ camera }) => {
    camera.breakWith(new Error('The cable was pulled.'))
  },
  600: ({ camera }) => {
    camera.down = new Error('No route to the camera.')
    camera.breakWith(camera.down)
  },
  690: ({ camera }) => {
    camera.down = null
  },
  900: ({ camera }) => {
    camera.frozen = 7
  },
  990: ({ camera }) => {
    camera.frozen = null
  },
  1200: ({ server }) => {
    server.fault = 'close'
  },
  1290: ({ server }) => {
    server.fault = null
  },
  1500: ({ server }) => {
    server.fault = 'nonsense'
  },
  1530: ({ server }) => {
    server.fault = null
  },
  1800: ({ store }) => {
    store.isAway = true
  },
  1920: ({ store }) => {
    store.isAway = false
  },
  2200: (day, hour) => day.remember(hour),
  2400: (day) => day.restart(),
  2700: ({ server }) => {
    server.fault = 'error'
  },
  2720: ({ server }) => {
    server.fault = null
  },
  3000: ({ camera }) => {
    camera.silent = true
  },
  3030: ({ camera }) => {
    camera.silent = false
  },
}

it('watches for hours through every trouble, loses no alert, leaves no work and does not grow', async () => {
  const day = liveDay()
  const heaps: number[] = []
  for (let second = 1; second <= daySeconds; second++) {
    await day.clock.advance(1000)
    await troubles[second % 3600]?.(day, Math.floor(second / 3600))
    if (second % 7200 === 3599) heaps.push(heapMb())
  }
  const events = [...day.store.events.values()]
  const kinds = Map.groupBy(events, ({ kind }) => kind)
  await day.end(new StoppedError())

  // Every word of the model is in the record, once, and on its way to somebody.
  const alerts = kinds.get('response.given')?.map(({ text }) => text) ?? []
  expect(day.said.length).toBeGreaterThan(12 * hours)
  expect([...alerts].sort()).toEqual([...day.said].sort())
  expect(day.store.actions.size).toBe(alerts.length)
  for (const action of day.store.actions.values()) {
    expect(day.store.events.has(action.eventId)).toBe(true)
    const node = dayPlan().actions[0]
    if (!node) throw new Error('The plan has no action.')
    const outcome = await day
      .worker()
      .performAction(
        { action, attempt: 1, flow: { id: 'flow1', name: 'Fall alert', revision: 1 }, node, routes: {} },
        new AbortController().signal,
      )
    expect(outcome.state).toBe('delivered')
  }

  // A decision for every second but those that a pause or a restart cost; none twice; each trouble told and its end too.
  expect(day.store.decisions).toBeGreaterThan(daySeconds * 0.985)
  expect(day.store.doubled).toBe(0)
  expect(kinds.get('stream.lost')?.length).toBeGreaterThanOrEqual(hours)
  expect(kinds.get('stream.resumed')?.length).toBe(kinds.get('stream.lost')?.length)
  expect(kinds.get('model.lost')?.length).toBeGreaterThanOrEqual(hours)
  expect(kinds.get('model.resumed')?.length).toBe(kinds.get('model.lost')?.length)
  expect(kinds.get('decisions.lost')).toBeUndefined()
  expect(kinds.get('memory.restored')?.length).toBeGreaterThanOrEqual(hours)

  // What it was told is still known, up to its bound, and what it saw is summed up.
  const states = day.store.saved?.states as {
    mind: { facts: { text: string }[]; dropped: number; models: { model?: { longTerm: string } } }
  }
  expect(states.mind.facts).toHaveLength(keptFacts)
  expect([states.mind.facts.at(-1)?.text, states.mind.dropped]).toEqual([`Fact ${hours - 1}.`, hours - keptFacts])
  expect(states.mind.models.model?.longTerm).toBe('The house was quiet.')
  expect(day.server.requests.at(-1)?.system).toContain(`- Fact ${hours - 1}.`)
  expect([day.server.refused, day.server.most.images]).toEqual([0, 8])

  // Nothing waits, nothing listens, nothing has grown.
  expect([day.clock.waiting(), day.bus.listeners.size, day.store.inputs.length]).toEqual([0, 0, 0])
  expect((heaps.at(-1) ?? 0) - (heaps[1] ?? 0)).toBeLessThan(2 + hours / 4)
}, 600_000)
