// What Node-RED sends by itself is written in batches, and never piles up while nobody can write it.
import { describe, expect, it } from 'vitest'
import { memoryBus } from '../../test/support/memory-bus.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { SessionInput } from '../actions/index.ts'
import type { RunningStream } from '../streams/index.ts'
import { createReceiver } from './receive.ts'

const stream = {
  id: 's',
  flowId: 'f',
  flow: { id: 'f', name: 'F' },
  plan: { ticks: [{ id: 'door', type: 'listener', config: { entry: '' } }] },
} as unknown as RunningStream

describe('a Node-RED that sends without end', () => {
  it('is told so once a thousand wait, and heard again when they are written', async () => {
    const written: SessionInput[] = []
    let database = Promise.withResolvers<void>()
    const receive = createReceiver({
      bus: memoryBus(),
      nowMs: () => 0,
      nodes: new Map([['listener', { does: ['hear-node-red'] } as unknown as NodeDefinition]]),
      running: {
        everywhere: async () => [stream],
        addInputs: async (inputs) => {
          await database.promise
          written.push(...inputs)
        },
      },
    })
    const given = (n: number) => receive({ id: `${n}`, exit: 'door', text: `${n}`, fields: {} })
    const handed = Promise.allSettled(Array.from({ length: 1_200 }, (_, n) => given(n)))
    database.resolve()
    const all = await handed
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1_000)
    expect(all.at(-1)).toMatchObject({ reason: { code: 'NODERED_TOO_MANY' } })
    expect(written).toHaveLength(1_000)
    database = Promise.withResolvers()
    const later = given(2_000)
    database.resolve()
    expect(await later).toBe(1)
  })
})
