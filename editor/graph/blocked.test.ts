// What hangs on something dead, seen from the drawing alone.
import { describe, expect, it } from 'vitest'
import { buildFlow } from '../../test/support/build-flow.ts'
import { blockedNodes } from './standing.ts'

const isPictures = (_node: string, port: string): boolean => port === 'frames'
const room = (camera: string): ReturnType<typeof buildFlow> =>
  buildFlow()
    .node(camera, 'camera-source')
    .node('model', 'interaction-model')
    .node('agent', 'delegate-to-agent')
    .node('tell', 'notification')
    .chain('frames', camera, 'model')
    .wire('model.delegation', 'agent.delegation')
    .wire('agent.answer', 'model.answer')
    .wire('model.response', 'tell.message')
const blocked = (flow: ReturnType<ReturnType<typeof buildFlow>['build']>, ...broken: string[]): object =>
  Object.fromEntries(blockedNodes(flow, (id) => broken.includes(id), isPictures))

describe('blocked nodes', () => {
  it('are all that hang on a dead camera, an agent that answers the model included', () => {
    expect(blocked(room('cam').build(), 'cam')).toEqual({ model: 'cam', agent: 'cam', tell: 'cam' })
  })

  it('are those behind a model that does not answer, and not the camera before it', () => {
    expect(blocked(room('cam').build(), 'model')).toEqual({ agent: 'model', tell: 'model' })
  })

  it('are none while another camera still reaches them', () => {
    const flow = room('cam').node('yard', 'camera-source').chain('frames', 'yard', 'model').build()
    expect(blocked(flow, 'cam')).toEqual({})
    expect(blocked(flow, 'cam', 'yard')).toEqual({ model: 'cam', agent: 'cam', tell: 'cam' })
  })

  it('are not those that only lost one of several messages, nor what nothing is wired to', () => {
    const flow = room('cam').node('voice', 'voice-input').node('log', 'debug').wire('voice.message', 'tell.message')
    expect(blocked(flow.build(), 'cam')).toEqual({ model: 'cam', agent: 'cam' })
    expect(blocked(room('cam').build())).toEqual({})
  })
})
