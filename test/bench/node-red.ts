// The Node-RED inside: how soon it is ready, what it takes, and how quickly a message goes there and comes back. A child of this
// process, as the product starts it, with a flow that answers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeRedChild } from '../../runtime/node-red/child.ts'
import { quietLog } from '../support/queue-worker.ts'
import { percentile, type Row } from './row.ts'

const rounds = 1_000
const crowd = 5_000

const flows = [
  { id: 't', type: 'tab', label: 'Bench' },
  { id: 'in', type: 'heed-in', z: 't', name: 'echo', x: 1, y: 1, wires: [['change']] },
  {
    id: 'change',
    type: 'change',
    z: 't',
    rules: [{ t: 'set', p: 'topic', pt: 'msg', to: 'back', tot: 'str' }],
    x: 1,
    y: 1,
    wires: [['out']],
  },
  { id: 'out', type: 'heed-out', z: 't', name: 'echo', x: 1, y: 1, wires: [] },
]

export async function benchNodeRed(): Promise<Row[]> {
  const userDir = await mkdtemp(join(tmpdir(), 'heed-bench-node-red-'))
  await writeFile(join(userDir, 'flows.json'), JSON.stringify(flows))
  const startedMs = performance.now()
  const { signal } = new AbortController()
  const child = await NodeRedChild.start(
    {
      userDir,
      credentialSecret: 'bench',
      log: quietLog(),
      kept: {},
      onKeep: async () => undefined,
      onNodes: () => undefined,
      onGiven: async () => 0,
    },
    signal,
  )
  const startMs = performance.now() - startedMs
  const ask = (id: string) =>
    child.ask(
      { id, entry: 'echo', message: { text: 'A person has fallen.', flow: { id: 'f', name: 'F' } } },
      10_000,
      signal,
    )
  const tookMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const beganMs = performance.now()
    await ask(`round-${round}`)
    tookMs.push(performance.now() - beganMs)
  }
  const beganMs = performance.now()
  const asked = await Promise.all(Array.from({ length: crowd }, (_, n) => ask(`crowd-${n}`)))
  const perSecond = crowd / ((performance.now() - beganMs) / 1000)
  const lost = asked.filter(({ became }) => became !== 'answered').length
  while (child.memoryBytes === null) await new Promise((resolve) => setTimeout(resolve, 100))
  const memoryMb = child.memoryBytes / 1e6
  await child.stop()
  await rm(userDir, { recursive: true, force: true })
  const row = (what: string, value: number, unit: string, target: string): Row => ({
    area: 'node-red',
    what,
    value,
    unit,
    target,
  })
  return [
    row('from the switch until it answers', startMs, 'ms', 'under 3,000'),
    row('memory of its process', memoryMb, 'MB', 'under 150'),
    row('there and back, p50', percentile(tookMs, 0.5), 'ms', ''),
    row('there and back, p95', percentile(tookMs, 0.95), 'ms', 'under 10'),
    row(`messages a second, ${crowd} at once`, perSecond, '/s', 'over 1,000'),
    row('of these lost', lost, '', 'none'),
  ]
}
