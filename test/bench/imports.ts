// What looking at a document and taking it in cost the server, for every kind that was made to be slow or large. Memory is the most that
// was held at any time more than before, what only waited to be collected counted too.
import { once } from 'node:events'
import { GCProfiler, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { startApi } from '../support/api-bench.ts'
import { bodyOf, hostileDocuments } from '../support/hostile-documents.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { Posted } from '../support/post-body.ts'
import type { Row } from './row.ts'

interface Cost {
  what: string
  ms: number
  megabytes: number
}

const rounds = 3

/** How much was held right before each collection. */
function heldBefore(collections: GCProfiler): number[] {
  return (collections.stop()?.statistics ?? []).map(({ beforeGC: { heapStatistics: heap } }) => {
    return heap.usedHeapSize + heap.externalMemory
  })
}

/** The best of a few rounds, the first not counted: what the machine does besides is not the server's. */
export async function benchImports(): Promise<Row[]> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const deps = { ...memoryApi(), nodes: await loadCatalogue() }
  const api = await startApi(deps)
  const client = new Worker(new URL('../support/post-body.ts', import.meta.url))
  const held = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external
  const measure = async (path: string, name: string, body: string): Promise<Cost> => {
    const costs: Cost[] = []
    for (let round = 0; round < rounds; round++) {
      collect()
      const before = { cpu: process.threadCpuUsage(), bytes: held() }
      const collections = new GCProfiler()
      collections.start()
      client.postMessage({ port: api.port, token: deps.token ?? '', path, body } satisfies Posted)
      await once(client, 'message')
      const { user, system } = process.threadCpuUsage(before.cpu)
      const most = Math.max(held(), ...heldBefore(collections))
      costs.push({ what: name, ms: (user + system) / 1000, megabytes: (most - before.bytes) / 1e6 })
    }
    const warm = costs.slice(1)
    return {
      what: name,
      ms: Math.min(...warm.map(({ ms }) => ms)),
      megabytes: Math.max(0, Math.min(...warm.map(({ megabytes }) => megabytes))),
    }
  }
  try {
    const rows: Row[] = []
    for (const [does, path] of [
      ['look', '/api/flows/import/look'],
      ['import', '/api/flows/import'],
    ] as const) {
      const costs: Cost[] = []
      for (const [name, document] of Object.entries(hostileDocuments))
        costs.push(await measure(path, name, bodyOf(document)))
      const slowest = costs.reduce((a, b) => (b.ms > a.ms ? b : a))
      const largest = costs.reduce((a, b) => (b.megabytes > a.megabytes ? b : a))
      const what = `${does}, worst of ${costs.length} documents`
      rows.push(
        { area: 'import', what, value: slowest.ms, unit: 'ms', beside: slowest.what, target: 'at most 200 ms' },
        { area: 'import', what, value: largest.megabytes, unit: 'MB', beside: largest.what, target: 'at most 50 MB' },
      )
    }
    return rows
  } finally {
    await client.terminate()
    await api.stop()
  }
}
