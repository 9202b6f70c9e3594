// Measures the compiler on a large flow: `node test/support/compile-bench.ts [nodes]` prints one JSON line.
// Never part of a test run that must be quick; the bench command calls `benchCompile`.
import { performance } from 'node:perf_hooks'
import type { Catalogue } from '../../nodes/contract/define.ts'
import { FlowSchema } from '../../nodes/contract/flow.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { buildFlow } from './build-flow.ts'
import { simpleCatalogue } from './simple-catalogue.ts'

export interface CompileBench {
  nodes: number
  wires: number
  firstMs: number
  medianMs: number
  p95Ms: number
  /** Median CPU time of this thread: what it costs on a machine that is busy with other things. */
  cpuMs: number
  /** The schema's share: FlowSchema alone, median. */
  parseMs: number
}

/** A flow of `count` nodes: cameras, each with a codec, a model, a cooldown and a notification behind it. */
export function largeFlow(count: number): Flow {
  const cameras = Math.floor(count / 5)
  const v3 = { version: 3 }
  const flows = Array.from({ length: cameras }, (_, n) =>
    buildFlow()
      .node(`cam${n}`, 'camera-source', { path: 'a.mp4' })
      .node(`codec${n}`, 'adacodec')
      .node(`model${n}`, 'interaction-model', { instruction: 'Warn.' })
      .node(`calm${n}`, 'cooldown', {}, v3)
      .node(`tell${n}`, 'notification')
      .chain('frames', `cam${n}`, `codec${n}`, `model${n}`)
      .wire(`model${n}.response`, `calm${n}.message`)
      .wire(`calm${n}.message`, `tell${n}.message`)
      .build(),
  )
  return {
    format: 'heed.flow/1',
    name: 'Large',
    nodes: flows.flatMap(({ nodes }) => nodes),
    wires: flows.flatMap(({ wires }) => wires),
  }
}

function measure(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function measureCpu(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

/** Compiles the same large flow again and again; the first time is cold. */
export function benchCompile(
  count = 1000,
  rounds = 50,
  catalogue: Catalogue = simpleCatalogue,
  flow = largeFlow(count),
): CompileBench {
  const compile = (): void => {
    const { plan, problems } = compileFlow(flow, catalogue)
    if (plan === null) throw new Error(`The bench flow has problems: ${problems[0]?.message ?? '?'}`)
  }
  const firstMs = measure(compile)
  const times = Array.from({ length: rounds }, () => measure(compile)).sort((a, b) => a - b)
  const costs = Array.from({ length: rounds }, () => measureCpu(compile)).sort((a, b) => a - b)
  const parses = Array.from({ length: rounds }, () => measure(() => void FlowSchema.safeParse(flow))).sort(
    (a, b) => a - b,
  )
  const at = (sorted: number[], share: number): number =>
    Number((sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2))
  return {
    nodes: flow.nodes.length,
    wires: flow.wires.length,
    firstMs: Number(firstMs.toFixed(2)),
    medianMs: at(times, 0.5),
    p95Ms: at(times, 0.95),
    cpuMs: at(costs, 0.5),
    parseMs: at(parses, 0.5),
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(benchCompile(Number(process.argv[2] ?? 1000)))}\n`)
