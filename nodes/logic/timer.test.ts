import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import timer from './timer.ts'

const said = (...all: string[]) => ({ message: all.map((text) => testMessage(text)) })
const texts = (sent: Record<string, unknown>): string[] => (sent.message as { text: string }[]).map(({ text }) => text)
async function ticks(node: ReturnType<typeof testNode>, count: number): Promise<string[][]> {
  const all: string[][] = []
  for (let n = 0; n < count; n++) all.push(texts(await node.tick()))
  return all
}

describe('timer', () => {
  it('speaks every so often, across a restart too', async () => {
    const node = testNode(timer, { config: { everyMs: 3000, text: 'Look!' } })
    expect(await ticks(node, 5)).toEqual([[], [], [], ['Look!'], []])
    node.restart()
    expect(await ticks(node, 2)).toEqual([[], ['Look!']])
    expect(node.status?.text).toBe('In 3 s')
  })

  it('says missed rounds once and keeps its beat', async () => {
    const node = testNode(timer, { config: { everyMs: 10_000 } })
    await ticks(node, 1)
    await node.clock.advance(34_000)
    expect(await ticks(node, 1)).toEqual([['It is time.']])
    expect((await ticks(node, 5)).flat()).toEqual(['It is time.'])
  })

  it('waits no longer than once around when the wall clock was set back', async () => {
    const node = testNode(timer, { config: { everyMs: 3000 } })
    node.state = { nextMs: node.clock.nowMs() + 86_400_000, waiting: [], dropped: 0 }
    expect((await ticks(node, 4)).flat()).toHaveLength(1)
  })

  it('hands each message on after its time, as it was', async () => {
    const node = testNode(timer, { config: { mode: 'after', everyMs: 2000 } })
    expect(texts(await node.tick(said('a')))).toEqual([])
    expect(texts(await node.tick(said('b')))).toEqual([])
    node.restart()
    expect((await node.tick()).message).toEqual([testMessage('a')])
    expect(await ticks(node, 2)).toEqual([['b'], []])
  })

  it('starts again with each message when told so, and forgets what waits on cancel', async () => {
    const node = testNode(timer, { config: { mode: 'after', everyMs: 2000, restarts: true, text: 'It is quiet.' } })
    await node.tick(said('a'))
    await node.tick(said('b', 'c'))
    expect(await ticks(node, 3)).toEqual([[], ['It is quiet.'], []])
    await node.tick(said('d'))
    await node.tick({ cancel: [testMessage('never mind')] })
    expect((await ticks(node, 4)).flat()).toEqual([])
  })

  it('takes a message and a cancel of one tick in the order they came', async () => {
    const node = testNode(timer, { config: { mode: 'after', everyMs: 1000 } })
    await node.tick({ ...said('early'), cancel: [testMessage('never mind')] })
    expect(await ticks(node, 2)).toEqual([[], []])
    await node.tick({ cancel: [testMessage('never mind')], ...said('late') })
    expect(await ticks(node, 2)).toEqual([['late'], []])
  })

  it('keeps a bounded number waiting and counts what it drops', async () => {
    const node = testNode(timer, { config: { mode: 'after', everyMs: 60_000 } })
    await node.tick(said(...Array.from({ length: 80 }, (_unused, index) => `${index}`)))
    expect(node.status).toMatchObject({ text: '50 waiting, next in 60 s', data: { waiting: 50, dropped: 30 } })
  })
})
