import { describe, expect, it } from 'vitest'
import type { NodeRedAnswer, NodeRedHandOver } from '../contract/capabilities.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import askNodeRed from './ask-node-red.ts'

function bench(answer: NodeRedAnswer, config: Record<string, unknown> = { entry: 'siren' }) {
  const handed: NodeRedHandOver[] = []
  const node = testNode(askNodeRed, {
    config,
    clients: {
      nodeRed: {
        hand: async (order) => {
          handed.push(order)
          return answer
        },
      },
    },
  })
  return { node, handed }
}

const fall = { ...testMessage('A person has fallen.'), frame: { url: '/api/events/e1/frame' } }

describe('ask-node-red', () => {
  it('hands a message to an entry, with an id that stays and word of its picture', async () => {
    const { node, handed } = bench({ became: 'done' })
    const { outputs, summary } = await node.perform(fall)
    expect(handed).toMatchObject([
      { entry: 'siren', attempt: 1, waitMs: 30_000, hasPicture: true, message: { text: 'A person has fallen.' } },
    ])
    expect(handed[0]?.id).not.toBe('')
    expect([outputs, summary]).toEqual([{}, 'Done by “siren”.'])
  })

  it('goes on with what comes back', async () => {
    const { node } = bench({ became: 'answered', text: 'The siren is on.', fields: { level: 3 } })
    const { outputs, summary } = await node.perform(fall)
    expect(outputs.message).toMatchObject({
      text: 'The siren is on.',
      fields: { level: 3, asked: 'A person has fallen.' },
    })
    expect(summary).toBe('“siren” answered: The siren is on.')
  })

  it('says when the work there goes on after the time', async () => {
    const { node } = bench({ became: 'taken' })
    expect((await node.perform(fall)).summary).toBe('“siren” took it and is still at work.')
  })

  it('wants an entry', () => {
    expect(testNode(askNodeRed).check()).toMatchObject([{ field: 'entry', code: 'NODERED_ENTRY_EMPTY' }])
  })
})
