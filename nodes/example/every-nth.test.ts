import { testMessage, testNode } from 'heed/testing'
import { expect, it } from 'vitest'
import everyNth from './every-nth.ts'

it('lets every nth message through, over a restart too', async () => {
  const node = testNode(everyNth, { config: { n: 2 } })
  expect((await node.tick({ message: [testMessage('a')] })).message).toEqual([])
  expect(node.status?.text).toBe('1 of 2')
  node.restart()
  const sent = await node.tick({ message: [testMessage('b'), testMessage('c')] })
  expect(sent.message).toMatchObject([{ text: 'b' }])
})
