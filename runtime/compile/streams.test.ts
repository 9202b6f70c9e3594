// Several cameras: one stream each, what runs in which, and what passes across.
import { describe, expect, it } from 'vitest'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import type { FlowBuilder } from '../../test/support/build-flow.ts'
import { simpleCatalogue } from '../../test/support/simple-catalogue.ts'
import { compileFlow } from './compile-flow.ts'

const v3 = { version: 3 }
const pair = buildFlow()
  .node('west', 'camera-source', { path: 'w.mp4' })
  .node('east', 'camera-source', { path: 'e.mp4' })
  .node('mw', 'interaction-model')
  .node('me', 'interaction-model')
  .node('tell', 'notification')
  .wire('west.frames', 'mw.frames')
  .wire('east.frames', 'me.frames')

function streamsOf(flow: FlowBuilder): PlanStream[] {
  const { plan, problems } = compileFlow(flow.build(), simpleCatalogue)
  expect(problems).toEqual([])
  return plan?.streams ?? []
}
function codesOf(flow: FlowBuilder): string[] {
  return compileFlow(flow.build(), simpleCatalogue).problems.map(({ code, node, port }) => `${code} ${node} ${port}`)
}
const idsOf = (stream: PlanStream | undefined): string =>
  [...(stream?.ticks ?? []), ...(stream?.actions ?? [])].map(({ id }) => id).join(' ')

describe('a flow with several cameras', () => {
  it('gives one stream each, by id', () => {
    const streams = streamsOf(pair.wire('mw.response', 'tell.message').wire('me.response', 'tell.message'))
    expect(streams.map((stream) => `${stream.id}: ${idsOf(stream)}`)).toEqual(['east: me tell', 'west: mw tell'])
    expect(Object.keys(streams[0]?.routes ?? {})).toEqual(['east.frames', 'me.response'])
  })

  it('runs a node that both feed once per camera', () => {
    const streams = streamsOf(
      pair
        .node('calm', 'cooldown', {}, v3)
        .wire('mw.response', 'calm.message')
        .wire('me.response', 'calm.message')
        .wire('calm.message', 'tell.message'),
    )
    expect(streams.map(idsOf)).toEqual(['me calm tell', 'mw calm tell'])
    expect(streams.map(({ routes }) => routes['calm.message'])).toEqual([
      [{ to: 'action', node: 'tell', port: 'message' }],
      [{ to: 'action', node: 'tell', port: 'message' }],
    ])
  })

  it('runs a node that says so once, in the first stream, and reaches it from the other', () => {
    const streams = streamsOf(
      pair
        .node('calm', 'cooldown', { scope: 'all' }, v3)
        .wire('mw.response', 'calm.message')
        .wire('me.response', 'calm.message')
        .wire('calm.message', 'tell.message'),
    )
    expect(streams.map(idsOf)).toEqual(['me calm tell', 'mw'])
    expect(streams[0]?.routes['me.response']).toEqual([{ to: 'tick', node: 'calm', port: 'message' }])
    expect(streams[1]?.routes['mw.response']).toEqual([{ to: 'remote', node: 'calm', port: 'message', stream: 'east' }])
  })

  it('places a node that runs once where its only camera is', () => {
    const streams = streamsOf(
      pair
        .node('calm', 'cooldown', { scope: 'all' }, v3)
        .wire('me.response', 'tell.message')
        .wire('mw.response', 'calm.message')
        .wire('calm.message', 'tell.message'),
    )
    expect(streams.map(idsOf)).toEqual(['me tell', 'mw calm tell'])
  })

  it('lets a node that runs once speak to every instance of the next', () => {
    const streams = streamsOf(
      pair
        .node('all', 'cooldown', { scope: 'all' }, v3)
        .node('each', 'cooldown', {}, v3)
        .wire('mw.response', 'all.message')
        .wire('me.response', 'all.message')
        .wire('all.message', 'each.message')
        .wire('mw.tick', 'each.message')
        .wire('me.tick', 'each.message')
        .wire('each.message', 'tell.message'),
    )
    expect(streams[0]?.routes['all.message']).toEqual([
      { to: 'tick', node: 'each', port: 'message' },
      { to: 'remote', node: 'each', port: 'message', stream: 'west' },
    ])
    expect(streams.map(idsOf)).toEqual(['me all each tell', 'mw each tell'])
  })

  it('gives every stream its own memory and timer, which no camera feeds', () => {
    const streams = streamsOf(
      pair
        .node('keep', 'memory')
        .node('clock', 'timer')
        .node('bell', 'notification')
        .wire('keep.memory', 'mw.memory')
        .wire('keep.memory', 'me.memory')
        .wire('clock.message', 'mw.query')
        .wire('clock.message', 'bell.message')
        .wire('me.response', 'tell.message'),
    )
    expect(streams.map(idsOf)).toEqual(['keep me tell', 'clock keep mw bell'])
    expect(streams[0]?.routes['keep.memory']).toEqual([{ to: 'tick', node: 'me', port: 'memory' }])
  })

  it("passes what one camera's model says to the model of another", () => {
    const streams = streamsOf(pair.wire('mw.response', 'me.query').wire('me.response', 'tell.message'))
    expect(streams.map(idsOf)).toEqual(['me tell', 'mw'])
    expect(streams[1]?.routes['mw.response']).toEqual([{ to: 'remote', node: 'me', port: 'query', stream: 'east' }])
  })

  it("passes an agent's answer to the model of another camera", () => {
    const streams = streamsOf(
      pair
        .node('ask', 'delegate-to-agent')
        .wire('mw.delegation', 'ask.delegation')
        .wire('ask.answer', 'me.answer')
        .wire('me.response', 'tell.message'),
    )
    expect(streams[1]?.routes['ask.answer']).toEqual([{ to: 'remote', node: 'me', port: 'answer', stream: 'east' }])
  })

  it('lets two cameras into a port that takes one wire: each stream has one of them', () => {
    const streams = streamsOf(
      buildFlow()
        .node('west', 'camera-source', { path: 'w.mp4' })
        .node('east', 'camera-source', { path: 'e.mp4' })
        .node('model', 'interaction-model')
        .node('tell', 'notification')
        .wire('west.frames', 'model.frames')
        .wire('east.frames', 'model.frames')
        .wire('model.response', 'tell.message'),
    )
    expect(streams.map((stream) => `${stream.id}: ${idsOf(stream)}`)).toEqual(['east: model tell', 'west: model tell'])
    expect(Object.keys(streams[0]?.routes ?? {})).toEqual(['east.frames', 'model.response'])
  })

  it('refuses two wires from one camera into a port that takes one', () => {
    expect(codesOf(pair.node('codec', 'adacodec').chain('frames', 'west', 'codec', 'mw'))).toContain(
      'WIRE_PORT_FULL mw frames',
    )
  })

  it('refuses a node whose pictures come from different cameras', () => {
    expect(
      codesOf(
        pair
          .node('cmp', 'compare')
          .wire('west.frames', 'cmp.left')
          .wire('east.frames', 'cmp.right')
          .wire('cmp.message', 'tell.message'),
      ),
    ).toEqual(['NODE_CAMERAS_APART cmp null'])
  })

  it('refuses a memory that would have to cross from stream to stream', () => {
    expect(
      codesOf(
        pair
          .node('keep', 'memory')
          .wire('mw.response', 'keep.message')
          .wire('keep.memory', 'me.memory')
          .wire('me.response', 'tell.message'),
      ),
    ).toEqual(['WIRE_BETWEEN_CAMERAS me memory'])
  })

  it('refuses a plan that nobody could store', () => {
    const cameras = Array.from({ length: 150 }, (_, n) => n)
    const chain = Array.from({ length: 200 }, (_, n) => `n${n}`)
    const at = { x: 0, y: 0 }
    const document = {
      format: 'heed.flow/1',
      name: 'Large',
      nodes: [
        ...cameras.flatMap((n) => [
          { id: `c${n}`, type: 'camera-source', version: 1, position: at, config: { path: 'a.mp4' } },
          { id: `m${n}`, type: 'interaction-model', version: 1, position: at, config: {} },
        ]),
        ...chain.map((id) => ({ id, type: 'cooldown', version: 3, position: at, config: {} })),
      ],
      wires: [
        ...cameras.flatMap((n) => [
          { from: { node: `c${n}`, port: 'frames' }, to: { node: `m${n}`, port: 'frames' } },
          { from: { node: `m${n}`, port: 'response' }, to: { node: 'n0', port: 'message' } },
        ]),
        ...chain
          .slice(1)
          .map((id, n) => ({ from: { node: `n${n}`, port: 'message' }, to: { node: id, port: 'message' } })),
      ],
    }
    expect(compileFlow(document, simpleCatalogue).problems.map(({ code }) => code)).toEqual(['FLOW_TOO_LARGE'])
  })
})
