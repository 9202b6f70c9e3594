import { describe, expect, it } from 'vitest'
import { linkTo, payloadIn } from './flow-address.ts'
import { mostFlowBytes, packFlow, unpackFlow } from './flow-link.ts'

const flow = { format: 'heed.flow/1', name: 'Großmutter 看护 😀', nodes: [], wires: [] }
const codeOf = async (payload: string): Promise<unknown> =>
  await unpackFlow(payload).then(
    () => 'taken',
    (error: unknown) => (error as { code: string }).code,
  )

describe('a flow in a link', () => {
  it('comes out as it went in, and the link has nothing that a messenger would cut', async () => {
    const payload = await packFlow(flow)
    expect(payload).toMatch(/^1[A-Za-z0-9_-]+e$/)
    expect(await unpackFlow(payload)).toBe(JSON.stringify(flow))
    const link = linkTo('https://heed.example/', payload)
    expect(link).toBe(`https://heed.example/s/#${payload}`)
    expect(payloadIn(`Look: ${link} it is mine`)).toBe(payload)
    expect(payloadIn('https://heed.example/flows#a')).toBeUndefined()
  })

  it('is refused in words when it was cut, changed, made by a later version, or holds endless text', async () => {
    const payload = await packFlow({ ...flow, more: Array.from({ length: 500 }, (_, at) => at * 7919) })
    expect(await codeOf(payload.slice(0, -9))).toBe('FLOW_LINK_BROKEN')
    expect(await codeOf(`${payload.slice(0, 300)}e`)).toBe('FLOW_LINK_BROKEN')
    expect(await codeOf(`1AAAA${payload.slice(5)}`)).toBe('FLOW_LINK_BROKEN')
    expect(await codeOf('1e')).toBe('FLOW_LINK_BROKEN')
    expect(await codeOf('2abcde')).toBe('FLOW_LINK_NEWER')
    expect(await codeOf(await packFlow('x'.repeat(mostFlowBytes * 8)).catch(() => 'no'))).toBe('FLOW_LINK_TOO_LARGE')
  })
})
