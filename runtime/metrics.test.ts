import { afterEach, describe, expect, it } from 'vitest'
import type { StreamState, StreamStatus } from '../nodes/contract/events.ts'
import type { LiveMessage } from './live/messages.ts'
import { createMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'

let metrics: Metrics
afterEach(() => metrics.stop())

function status(id: string, state: StreamState, ticks: number, dropped = 0): LiveMessage {
  const whole: StreamStatus = {
    id,
    source: 'cam',
    state,
    reason: null,
    ticks,
    decisions: { silence: ticks, response: 0, delegate: 0 },
    dropped,
    tickMs: { p50: 5, p95: ticks },
    visualTokens: { sent: ticks * 72, fullRate: ticks * 302 },
    lastFrameAt: null,
    nodes: {},
  }
  return { type: 'status', flow: 'f', status: whole }
}

async function line(name: string): Promise<string | undefined> {
  const { text } = await metrics.text()
  return text
    .split('\n')
    .find((each) => each.startsWith(`${name} `))
    ?.slice(name.length + 1)
}

describe('metrics', () => {
  it('count growth of totals over all streams, a new run beginning again at 0', async () => {
    metrics = createMetrics()
    for (const message of [
      status('a', 'running', 10, 1),
      status('a', 'running', 12, 1),
      status('b', 'running', 5),
      status('a', 'running', 3),
    ])
      metrics.observe(message)
    expect(await line('heed_ticks_total')).toBe('20')
    expect(await line('heed_frames_dropped_total')).toBe('1')
    expect(await line('heed_visual_tokens_total{kind="sent"}')).toBe(String(20 * 72))
  })

  it('tell how many pictures the built-in model has seen and missed, each time they are asked', async () => {
    metrics = createMetrics()
    const pictures = { seen: 3, skipped: 0, dropped: 1 }
    metrics.observeEdge(() => pictures)
    expect(await line('heed_edge_pictures_total{result="seen"}')).toBe('3')
    pictures.seen = 5
    expect(await line('heed_edge_pictures_total{result="seen"}')).toBe('5')
    expect(await line('heed_edge_pictures_total{result="dropped"}')).toBe('1')
  })

  it('know how many streams are in which state now', async () => {
    metrics = createMetrics()
    for (const message of [
      status('a', 'running', 1),
      status('b', 'starting', 0),
      status('b', 'degraded', 40),
      status('c', 'running', 1),
      status('c', 'finished', 99),
    ])
      metrics.observe(message)
    expect(await line('heed_streams{state="running"}')).toBe('1')
    expect(await line('heed_streams{state="degraded"}')).toBe('1')
    expect(await line('heed_streams{state="starting"}')).toBe('0')
    expect(await line('heed_streams{state="finished"}')).toBe('1')
    expect(await line('heed_stream_tick_ms_p95_max')).toBe('40')
  })

  it('count decisions, events, deliveries, and requests', async () => {
    metrics = createMetrics({ version: '1.2.3' })
    const decision = {
      tick: 1,
      at: '',
      mediaTimeS: 1,
      node: 'm',
      action: 'silence',
      reason: 'camera-lost',
      text: '',
      latencyMs: 0,
      frameKind: 'P',
      visualTokens: 0,
      fullRateTokens: 0,
    } as const
    metrics.observe({ type: 'decision', flow: 'f', stream: 's', decision })
    metrics.observe({
      type: 'decision',
      flow: 'f',
      stream: 's',
      decision: { ...decision, action: 'response', reason: 'model', latencyMs: 40 },
    })
    metrics.observe({
      type: 'event',
      flow: 'f',
      event: {
        id: 'e',
        kind: 'stream.lost',
        stream: 's',
        node: 'cam',
        at: '',
        mediaTimeS: 0,
        text: '',
        hasFrame: false,
      },
    })
    metrics.observe({
      type: 'delivery',
      flow: 'f',
      delivery: { id: 'd', eventId: 'e', node: 'n', state: 'delivered', attempts: 1, detail: '', at: '' },
    })
    metrics.observe({ type: 'actions' })
    metrics.observeRequest({ method: 'GET', route: '/api/flows/:id', status: 404, ms: 3 })
    expect(await line('heed_decisions_total{action="silence",reason="camera-lost"}')).toBe('1')
    expect(await line('heed_model_latency_ms_count')).toBe('1')
    expect(await line('heed_events_total{kind="stream.lost"}')).toBe('1')
    expect(await line('heed_deliveries_total{state="delivered"}')).toBe('1')
    expect(await line('heed_http_requests_total{method="GET",route="/api/flows/:id",status="404"}')).toBe('1')
    expect(await line('heed_info{version="1.2.3"}')).toBe('1')
  })

  it('measure memory and how late the process is, in Prometheus text', async () => {
    metrics = createMetrics()
    const { contentType, text } = await metrics.text()
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(text).toMatch(/^heed_event_loop_lag_ms\{quantile="0.99"\} \d/m)
    expect(Number(await line('heed_memory_bytes'))).toBeGreaterThan(1e7)
  })
})
