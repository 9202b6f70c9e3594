// Counters of this process for Prometheus. Others feed it; it never asks anybody, and no label holds a name that a user
// or a camera can choose.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { StreamState, StreamStatus } from '../nodes/contract/events.ts'
import type { LiveMessage } from './live/index.ts'

export interface Metrics {
  /** Counts what goes over the bus. */
  observe(message: LiveMessage): void
  observeRequest(request: { method: string; route: string; status: number; ms: number }): void
  /** Asked whenever the metrics are: pictures that came for the built-in model, by what became of them. */
  observeEdge(pictures: () => Readonly<Record<string, number>>): void
  text(): Promise<{ contentType: string; text: string }>
  /** Ends the measuring of the event loop. */
  stop(): void
}

const streamStates: readonly StreamState[] = ['starting', 'running', 'degraded', 'stopped', 'finished', 'failed']
/** Streams that ended are forgotten after a while; this many are kept in mind at most. */
const maxStreams = 10_000

function createCounters(registers: Registry[]) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], labelNames: Label[] = []) =>
    new Histogram({ name, help, buckets, labelNames, registers })
  return {
    requests: counter('heed_http_requests_total', 'HTTP requests answered.', ['method', 'route', 'status']),
    requestMs: histogram(
      'heed_http_request_ms',
      'Time to answer, in ms; live feeds count when they end.',
      [1, 5, 10, 25, 50, 100, 250, 1000, 5000],
      ['method'],
    ),
    ticks: counter('heed_ticks_total', 'Ticks run, over all streams.'),
    decisions: counter('heed_decisions_total', 'Decisions of models.', ['action', 'reason']),
    modelMs: histogram(
      'heed_model_latency_ms',
      'Time a model took to decide, in ms.',
      [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
    ),
    dropped: counter('heed_frames_dropped_total', 'Frames dropped because a newer one was there.'),
    tokens: counter(
      'heed_visual_tokens_total',
      'About how many visual tokens were sent, and how many every frame in full would have been.',
      ['kind'],
    ),
    events: counter('heed_events_total', 'Events recorded.', ['kind']),
    deliveries: counter('heed_deliveries_total', 'Deliveries by the state they came into.', ['state']),
  }
}

/** How much a total that may begin again at 0 has grown. */
function growth(before: number | undefined, now: number): number {
  return before === undefined || now < before ? now : now - before
}

/** Totals per stream turned into one count over all streams, and the number of streams by state. */
function createStreamCounts(counters: ReturnType<typeof createCounters>, registers: Registry[]) {
  const streams = new Map<string, StreamStatus>()
  new Gauge({
    name: 'heed_streams',
    help: 'Streams by state.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of streamStates)
        this.set({ state }, [...streams.values()].filter((status) => status.state === state).length)
    },
  })
  new Gauge({
    name: 'heed_stream_tick_ms_p95_max',
    help: 'The slowest stream: 95 of 100 of its ticks took at most this many ms.',
    registers,
    collect() {
      this.set(
        [...streams.values()].reduce(
          (most, { state, tickMs }) =>
            state === 'running' || state === 'degraded' ? Math.max(most, tickMs.p95) : most,
          0,
        ),
      )
    },
  })
  return (status: StreamStatus): void => {
    const before = streams.get(status.id)
    counters.ticks.inc(growth(before?.ticks, status.ticks))
    counters.dropped.inc(growth(before?.dropped, status.dropped))
    counters.tokens.inc({ kind: 'sent' }, growth(before?.visualTokens.sent, status.visualTokens.sent))
    counters.tokens.inc({ kind: 'full_rate' }, growth(before?.visualTokens.fullRate, status.visualTokens.fullRate))
    // The one that was silent longest stands first and goes first.
    streams.delete(status.id)
    streams.set(status.id, { ...status, nodes: {} })
    if (streams.size > maxStreams) streams.delete(streams.keys().next().value ?? '')
  }
}

function watchEventLoop(registers: Registry[]): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  new Gauge({
    name: 'heed_event_loop_lag_ms',
    help: 'How late this process comes to its work, in ms, since it was last asked.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [50, 99])
        this.set({ quantile: String(quantile / 100) }, delay.count === 0 ? 0 : delay.percentile(quantile) / 1e6)
      delay.reset()
    },
  })
  return () => {
    delay.disable()
  }
}

/** A registry of its own: two in one process do not meet. */
export function createMetrics(options: { version?: string } = {}): Metrics {
  const registry = new Registry()
  const counters = createCounters([registry])
  const observeStatus = createStreamCounts(counters, [registry])
  const stop = watchEventLoop([registry])
  new Gauge({
    name: 'heed_memory_bytes',
    help: 'Memory of this process.',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({ name: 'heed_info', help: 'The version that runs.', labelNames: ['version'], registers: [registry] }).set(
    { version: options.version ?? 'unknown' },
    1,
  )
  return {
    observe: (message) => {
      if (message.type === 'status') observeStatus(message.status)
      else if (message.type === 'event') counters.events.inc({ kind: message.event.kind })
      else if (message.type === 'delivery') counters.deliveries.inc({ state: message.delivery.state })
      else if (message.type === 'decision') {
        const { action, reason, latencyMs } = message.decision
        counters.decisions.inc({ action, reason })
        if (latencyMs > 0) counters.modelMs.observe(latencyMs)
      }
    },
    observeRequest: ({ method, route, status, ms }) => {
      counters.requests.inc({ method, route, status: String(status) })
      counters.requestMs.observe({ method }, ms)
    },
    observeEdge: (pictures) => {
      new Counter({
        name: 'heed_edge_pictures_total',
        help: 'Pictures for the built-in model: seen, skipped to keep an even pace, dropped.',
        labelNames: ['result'],
        registers: [registry],
        collect() {
          this.reset()
          for (const [result, count] of Object.entries(pictures())) this.inc({ result }, count)
        },
      })
    },
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    stop,
  }
}
