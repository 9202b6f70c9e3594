import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import fromNodeRed from './from-node-red.ts'

describe('from-node-red', () => {
  it('sends on what came, once, with its fields, and shows the last of it', async () => {
    const node = testNode(fromNodeRed, { config: { entry: 'door' } })
    const door = { ...testMessage('on'), fields: { battery: 80, from: 'door' } }
    const sent = await node.tick({ arrived: [testMessage('off'), door] })
    expect(sent.message).toMatchObject([{ text: 'off' }, { text: 'on', fields: { battery: 80, from: 'door' } }])
    expect(node.status).toMatchObject({ text: 'on', data: { last: 'on', count: 2 } })
    expect((await node.tick()).message).toEqual([])
  })
})
