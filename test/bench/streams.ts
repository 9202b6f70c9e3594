// How many simulated 1 fps streams one process carries with a 40 ms model before ticks run late.
import { benchEngine } from '../support/engine-bench.ts'
import type { Row } from './row.ts'

const steps = [50, 100, 150, 200, 300, 400]
const secondsEach = 8
/** A tick that begins this much after its beat is late; a made-up one is too. */
const lateMs = 250

/** Goes up until one in twenty ticks is late. */
export async function benchStreams(): Promise<Row[]> {
  const rows: Row[] = []
  for (const streams of steps) {
    const { ticks, madeUp, lateMs: late, tickMs, cpuPercent } = await benchEngine(streams, secondsEach)
    rows.push({
      area: 'engine',
      what: `${streams} streams: tick begins late by, p95`,
      value: late.p95,
      unit: 'ms',
      beside: `${ticks} ticks, ${madeUp} made up, a tick takes ${tickMs.p50} ms (p50), ${Math.round(cpuPercent)} % of a core`,
      ...(streams === 150 ? { target: '150 streams on time' } : {}),
    })
    if (late.p95 > lateMs || madeUp > ticks / 20) break
  }
  return rows
}
