import { describe, expect, it } from 'vitest'
import { addNoise, createWorld, drawLuma, lumaFrame } from '../../test/support/luma.ts'
import { testNode, type TestNode } from '../../test/support/test-node.ts'
import type { Frame, GrayImage } from '../contract/frames.ts'
import adacodec from './adacodec.ts'

const room = drawLuma(160, 120, createWorld(1))
const street = drawLuma(160, 120, (x, y) =>
  Math.floor(x / 13) % 2 === 0 ? 30 : Math.floor(y / 9) % 2 === 0 ? 220 : 120,
)
/** The room with a person-sized thing in it. */
const roomWith = (left: number, thing = createWorld(3)): GrayImage =>
  drawLuma(160, 120, (x, y) =>
    x >= left && x < left + 24 && y >= 40 && y < 110 ? thing(x - left, y) : (room.data[y * 160 + x] ?? 0),
  )

async function send(node: TestNode, luma: GrayImage, mediaTimeS: number): Promise<Frame> {
  const { frames } = (await node.tick({ frames: lumaFrame(luma, mediaTimeS) })) as { frames: Frame }
  return frames
}
async function kindsOf(node: TestNode, pictures: GrayImage[], fromS = 0): Promise<string> {
  let kinds = ''
  for (const [index, luma] of pictures.entries()) kinds += (await send(node, luma, fromS + index)).kind
  return kinds
}

describe('adacodec', () => {
  it('sends the full picture first and small ones while nothing happens', async () => {
    const node = testNode(adacodec)
    const [first, second] = [await send(node, room, 0), await send(node, room, 1)]
    expect(first).toMatchObject({
      kind: 'I',
      visualTokens: 302,
      fullRateTokens: 302,
      picture: { width: 640, height: 480 },
    })
    expect(second).toMatchObject({
      kind: 'P',
      visualTokens: 72,
      fullRateTokens: 302,
      picture: { width: 256, height: 192 },
    })
    expect(second.full).toMatchObject({ width: 640, height: 480 })
  })

  it('sends a full picture when somebody comes in, and one at most a second after they went', async () => {
    const node = testNode(adacodec)
    expect(await kindsOf(node, [room, room, roomWith(20), room, room, room])).toBe('IPIPIP')
  })

  it('sends a full picture at a scene cut', async () => {
    const node = testNode(adacodec)
    await kindsOf(node, [room, room])
    await send(node, street, 2)
    expect(node.status?.text).toContain('new scene')
  })

  it('stays small through the noise of a dark camera and a light that flickers', async () => {
    const node = testNode(adacodec)
    const noisy = Array.from({ length: 40 }, (_, index) => addNoise(room, 6, index))
    expect(await kindsOf(node, noisy)).toBe(`I${'P'.repeat(39)}`)
    const flicker = Array.from({ length: 40 }, (_, index) => ({
      ...room,
      data: room.data.map((value) => Math.round(value * (0.9 + 0.08 * Math.sin(index * 2.3)))),
    }))
    expect(await kindsOf(testNode(adacodec), flicker)).toBe(`I${'P'.repeat(39)}`)
  })

  it('sees a dusk that no single second shows', async () => {
    const node = testNode(adacodec)
    const dusk = Array.from({ length: 100 }, (_, index) => ({
      ...room,
      data: room.data.map((value) => Math.round(value * (1 - index * 0.005))),
    }))
    const kinds = await kindsOf(node, dusk)
    expect(kinds.slice(1)).toContain('I')
    expect([...kinds].filter((kind) => kind === 'I').length).toBeLessThan(5)
  })

  it('sees a thing that moves too slowly for two pictures to differ much', async () => {
    const node = testNode(adacodec)
    const pale = (left: number): GrayImage =>
      drawLuma(
        160,
        120,
        (x, y) => (room.data[y * 160 + x] ?? 0) + (x >= 30 && x < 30 + left && y >= 30 && y < 80 ? 40 : 0),
      )
    const kinds = await kindsOf(
      node,
      Array.from({ length: 40 }, (_, index) => pale(index)),
    )
    expect(kinds.slice(1)).toContain('I')
  })

  it('keeps a still scene within a quarter of the full-rate tokens over ten minutes', async () => {
    const node = testNode(adacodec)
    const noisy = Array.from({ length: 7 }, (_, index) => addNoise(room, 2, index))
    for (let second = 0; second < 600; second++) await send(node, noisy[(second * 3) % 7] ?? room, second)
    const { sent, fullRate } = node.status?.data as { sent: number; fullRate: number }
    expect(fullRate).toBe(600 * 302)
    expect(sent / fullRate).toBeLessThanOrEqual(0.25)
  })

  it("takes its own longest time when the preset's is not wanted", async () => {
    const node = testNode(adacodec, { config: { maxGopS: 5 } })
    expect(
      await kindsOf(
        node,
        Array.from({ length: 11 }, () => room),
      ),
    ).toBe('IPPPPIPPPPI')
  })

  it('starts with a full picture after a restart, of which only JSON is left', async () => {
    const node = testNode(adacodec)
    await kindsOf(node, [room, room, room])
    expect(JSON.stringify(node.state).length).toBeLessThan(1000)
    node.restart()
    expect(await kindsOf(node, [room, room], 3)).toBe('IP')
    expect((node.status?.data as { kinds: string }).kinds).toBe('IPPIP')
  })

  it('starts anew when the camera comes back with another size', async () => {
    const node = testNode(adacodec)
    await kindsOf(node, [room, room])
    expect((await send(node, drawLuma(160, 90, createWorld(1)), 2)).kind).toBe('I')
  })

  it('passes nothing on when the camera gave nothing', async () => {
    const node = testNode(adacodec)
    expect(await node.tick({})).toEqual({})
  })

  it('tells the card the last minute: costs, kinds, and what was saved', async () => {
    const node = testNode(adacodec, { config: { preset: 'detail' } })
    await kindsOf(
      node,
      Array.from({ length: 70 }, (_, index) => (index === 65 ? street : room)),
    )
    const data = node.status?.data as {
      costs: number[]
      kinds: string
      saved: number
      threshold: number
      kind: string
      cost: number
    }
    expect(data.costs).toHaveLength(60)
    expect(data.kinds).toHaveLength(60)
    expect(data.costs[55]).toBeGreaterThan(data.threshold)
    expect(data.kinds[55]).toBe('I')
    expect(data.saved).toBeGreaterThan(0.7)
    expect(data.kind).toBe('P')
  })

  it("asks the camera for its long side and the model's floor", () => {
    expect(testNode(adacodec, { config: { longSide: 960 } }).taps()).toEqual({
      longSide: 960,
      floor: { width: 256, height: 192 },
    })
  })
})
