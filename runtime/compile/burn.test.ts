// A mask holds for all that a camera shows, or the flow is refused.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineNode, port } from '../../nodes/contract/define.ts'
import type { Catalogue } from '../../nodes/contract/define.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import type { FlowBuilder } from '../../test/support/build-flow.ts'
import { simpleCatalogue } from '../../test/support/simple-catalogue.ts'
import { compileFlow } from './compile-flow.ts'

const frames = { in: { frames: port('frames') }, out: { frames: port('frames') } }
const burning = defineNode({
  type: 'mask',
  version: 1,
  title: 'Mask',
  icon: 'box',
  group: 'video',
  help: 'For tests.',
  ports: frames,
  card: '',
  needs: [],
  burnsIn: true,
  config: z.object({ x: z.number().default(0) }),
  taps: ({ x }) => ({ filters: [{ do: 'crop', rectangle: { x, y: 0, width: 0.5, height: 1 } }] }),
  state: () => ({}),
  onTick: () => ({}),
})
const catalogue: Catalogue = { ...simpleCatalogue, nodes: new Map([...simpleCatalogue.nodes, ['mask', burning]]) }
const start = buildFlow()
  .node('cam', 'camera-source', { path: 'a.mp4' })
  .node('mask', 'mask', { x: 0.1 }, { name: 'Window' })
  .node('codec', 'adacodec')
  .node('model', 'interaction-model')
  .node('tell', 'notification')
  .wire('model.response', 'tell.message')

const compile = (flow: FlowBuilder) => compileFlow(flow.build(), catalogue)
const problemsOf = (flow: FlowBuilder) =>
  compile(flow).problems.map(({ code, node, port: at }) => `${code} ${node} ${at}`)

describe('a node that burns in', () => {
  it('gives its filters to the one decode when everything is behind it', () => {
    const { plan, problems } = compile(start.chain('frames', 'cam', 'mask', 'codec', 'model'))
    expect(problems).toEqual([])
    expect(plan?.streams[0]?.taps.filters).toEqual([{ do: 'crop', rectangle: { x: 0.1, y: 0, width: 0.5, height: 1 } }])
    expect(plan?.streams[0]?.ticks.map(({ id }) => id)).toEqual(['mask', 'codec', 'model'])
  })

  it('keeps the order in which the picture meets several of them, whatever their ids', () => {
    const two = start
      .node('a-later', 'mask', { x: 0.2 })
      .node('second', 'interaction-model')
      .wire('second.response', 'tell.message')
    const { plan, problems } = compile(
      two.chain('frames', 'cam', 'mask', 'a-later', 'codec', 'model').wire('a-later.frames', 'second.frames'),
    )
    expect(problems).toEqual([])
    expect(plan?.streams[0]?.taps.filters?.map((filter) => filter.do === 'crop' && filter.rectangle.x)).toEqual([
      0.1, 0.2,
    ])
  })

  it('leaves other cameras alone', () => {
    const { plan } = compile(
      start
        .chain('frames', 'cam', 'mask', 'codec', 'model')
        .node('other', 'camera-source', { path: 'b.mp4' })
        .node('open', 'interaction-model')
        .wire('other.frames', 'open.frames')
        .wire('open.response', 'tell.message'),
    )
    expect(plan?.streams.map(({ id, taps }) => [id, taps.filters?.length ?? 0])).toEqual([
      ['cam', 1],
      ['other', 0],
    ])
  })

  it('is refused when a wire leads the picture past it, saying where', () => {
    const past = start.chain('frames', 'cam', 'mask', 'model').wire('cam.frames', 'codec.frames')
    expect(compile(past).plan).toBeNull()
    expect(compile(past).problems).toMatchObject([
      {
        code: 'FRAMES_PAST_MASK',
        node: 'codec',
        port: 'frames',
        message: 'The picture of “Camera” reaches “AdaCodec” without “Window”. Lead that wire out of “Window” instead.',
      },
    ])
  })

  it('is refused when a second one stands beside it, or when anything stands between it and the camera', () => {
    const beside = start
      .node('other', 'mask')
      .node('second', 'interaction-model')
      .wire('second.response', 'tell.message')
      .chain('frames', 'cam', 'mask', 'codec', 'model')
      .chain('frames', 'cam', 'other', 'second')
    expect(problemsOf(beside)).toEqual(['FRAMES_PAST_MASK other frames'])
    expect(problemsOf(start.chain('frames', 'cam', 'codec', 'mask', 'model'))).toEqual(['FRAMES_MASK_LATE mask null'])
    const skipped = start
      .node('inner', 'mask')
      .chain('frames', 'cam', 'mask', 'inner', 'codec', 'model')
      .node('second', 'interaction-model')
      .wire('mask.frames', 'second.frames')
      .wire('second.response', 'tell.message')
    expect(problemsOf(skipped)).toEqual(['FRAMES_PAST_MASK second frames'])
  })
})
