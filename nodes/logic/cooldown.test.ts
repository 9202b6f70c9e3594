import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import cooldown from './cooldown.ts'

const texts = (sent: Record<string, unknown>): string[] =>
  (sent.message as { text: string }[]).map((message) => message.text)
const said = (...all: string[]) => ({ message: all.map((text) => testMessage(text)) })

describe('cooldown', () => {
  it('lets one message through and stays quiet for as long as it was told, across a restart too', async () => {
    const node = testNode(cooldown, { config: { quietMs: 2500 } })
    expect(texts(await node.tick(said('a', 'b')))).toEqual(['a'])
    expect(node.status).toEqual({ text: 'Quiet for 3 s', tone: 'ok', data: { held: 1 } })
    expect(texts(await node.tick(said('c')))).toEqual([])
    node.restart()
    expect(texts(await node.tick(said('d')))).toEqual([])
    expect(texts(await node.tick(said('e')))).toEqual(['e'])
    expect(node.status?.data).toEqual({ held: 3 })
  })

  it('counts each text for itself when told so, whatever its case and spaces', async () => {
    const node = testNode(cooldown, { config: { quietMs: 60_000, per: 'text' } })
    expect(texts(await node.tick(said('A man fell.', 'a  man FELL. ', 'A dog barks.')))).toEqual([
      'A man fell.',
      'A dog barks.',
    ])
    expect(texts(await node.tick(said('A man fell.', 'A cat.')))).toEqual(['A cat.'])
  })

  it('opens again in time when the wall clock was set back', async () => {
    const node = testNode(cooldown, { config: { quietMs: 5000 } })
    node.state = { opensAtMs: { '': node.clock.nowMs() + 86_400_000 }, held: 0 }
    expect(texts(await node.tick(said('a')))).toEqual([])
    for (let second = 0; second < 4; second++) await node.tick()
    expect(texts(await node.tick(said('b')))).toEqual(['b'])
  })

  it('remembers a bounded number of texts', async () => {
    const node = testNode(cooldown, { config: { quietMs: 60_000, per: 'text' } })
    await node.tick(said(...Array.from({ length: 500 }, (_unused, index) => `text ${index}`)))
    expect(Object.keys((node.state as { opensAtMs: object }).opensAtMs)).toHaveLength(200)
  })

  it('runs once for all cameras when told so', () => {
    expect(cooldown.runs?.(cooldown.config.parse({ scope: 'all' }))).toBe('once')
    expect(cooldown.runs?.(cooldown.config.parse({}))).toBe('per-camera')
  })
})
