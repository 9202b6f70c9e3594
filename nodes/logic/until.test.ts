import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import until from './until.ts'

const came = (...all: string[]) => ({ message: all.map((text) => testMessage(text)) })
const texts = (sent: Record<string, unknown>, name: 'said' | 'over'): string[] =>
  (sent[name] as { text: string }[]).map(({ text }) => text)
async function ticks(node: ReturnType<typeof testNode>, count: number): Promise<{ said: string[]; over: string[] }> {
  const all = { said: [] as string[], over: [] as string[] }
  for (let n = 0; n < count; n++) {
    const sent = await node.tick()
    all.said.push(...texts(sent, 'said'))
    all.over.push(...texts(sent, 'over'))
  }
  return all
}

describe('until', () => {
  it('lets the first message through as it is, and stops', async () => {
    const node = testNode(until)
    expect(await ticks(node, 3)).toEqual({ said: [], over: [] })
    expect((await node.tick(came('Twenty seconds are over.', 'Again.'))).said).toEqual([
      testMessage('Twenty seconds are over.'),
    ])
    expect(texts(await node.tick(came('Once more.')), 'said')).toEqual([])
    expect(await ticks(node, 120)).toEqual({ said: [], over: [] })
    expect(node.status).toMatchObject({
      text: 'It was said: stopped.',
      tone: 'ok',
      data: { armed: false, ended: 'said', held: 2 },
    })
  })

  it('waits for its words and passes over what else is said', async () => {
    const node = testNode(until, { config: { words: ['boils', '开了'], forMs: 0 } })
    expect(texts(await node.tick(came('Somebody stirs.')), 'said')).toEqual([])
    expect(texts(await node.tick(came('The pot Boils over.')), 'said')).toEqual(['The pot Boils over.'])
  })

  it('says once that the time is over, and how long it was', async () => {
    const node = testNode(until, { config: { forMs: 20_000 } })
    expect(await ticks(node, 20)).toEqual({ said: [], over: [] })
    expect(node.status?.text).toBe('Watching, 1 s left.')
    expect(await node.tick()).toMatchObject({ over: [{ text: 'Nothing came within 20 s.', fields: { watchedS: 20 } }] })
    expect(await ticks(node, 60)).toEqual({ said: [], over: [] })
    expect(node.status).toMatchObject({ text: 'The time is over: stopped.', data: { ended: 'over' } })
    expect(await ticks(testNode(until, { config: { forMs: 2000, text: 'Nobody came.' } }), 3)).toEqual({
      said: [],
      over: ['Nobody came.'],
    })
  })

  it('takes what comes with the last second, and says nothing of the time then', async () => {
    const node = testNode(until, { config: { forMs: 2000 } })
    await ticks(node, 2)
    expect(await node.tick(came('just in time'))).toMatchObject({ said: [{ text: 'just in time' }], over: [] })
  })

  it('has no end in time with 0', async () => {
    expect(await ticks(testNode(until, { config: { forMs: 0 } }), 200)).toEqual({ said: [], over: [] })
  })

  it('neither begins anew nor gets more time by a restart or other settings', async () => {
    const node = testNode(until, { config: { forMs: 10_000 } })
    await ticks(node, 6)
    node.restart()
    const changed = testNode(until, { config: { forMs: 8000 }, clock: node.clock })
    changed.state = node.state
    expect(await ticks(changed, 3)).toEqual({ said: [], over: [] })
    expect((await ticks(changed, 1)).over).toEqual(['Nothing came within 8 s.'])
    changed.restart()
    expect(texts(await changed.tick(came('late')), 'said')).toEqual([])
  })

  it('watches no longer than its time when the wall clock was set back', async () => {
    const node = testNode(until, { config: { forMs: 3000 } })
    await ticks(node, 1)
    Object.assign(node.state as object, { sinceMs: node.clock.nowMs() + 86_400_000 })
    expect((await ticks(node, 4)).over).toHaveLength(1)
  })

  it('begins anew with any message into "start again", in the order they come', async () => {
    const node = testNode(until, { config: { forMs: 5000 } })
    await node.tick(came('one'))
    await ticks(node, 20)
    const sent = await node.tick({ ...came('before'), start: [testMessage('whatever')] })
    expect(texts(sent, 'said')).toEqual([])
    expect(node.status).toMatchObject({ text: 'Watching, 5 s left.', data: { armed: true, ended: null } })
    expect(texts(await node.tick({ start: [testMessage('x')], ...came('after') }), 'said')).toEqual(['after'])
  })

  it('is switched by plain words only; on twice does not give it more time', async () => {
    const node = testNode(until, { config: { forMs: 4000, initially: 'waiting' } })
    expect(texts(await node.tick(came('too early')), 'said')).toEqual([])
    expect(node.status).toMatchObject({
      text: 'Waits to be started.',
      data: { armed: false, detail: node.status?.text },
    })
    const order = (text: string) => ({ control: [testMessage(text)] })
    await node.tick(order('Please switch on'))
    expect(node.status?.data).toMatchObject({ armed: false, ignored: 1 })
    await node.tick(order('on'))
    await ticks(node, 2)
    await node.tick(order('on'))
    expect((await ticks(node, 1)).over).toHaveLength(1)
    await node.tick(order('on'))
    await node.tick(order('off'))
    expect(node.status).toMatchObject({ text: 'Stopped.', data: { armed: false, ended: 'off' } })
    expect(await ticks(node, 10)).toEqual({ said: [], over: [] })
  })
})
