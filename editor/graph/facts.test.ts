import { describe, expect, it } from 'vitest'
import { editorTypes } from '../../test/support/editor-types.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import { setDisabled } from './edit.ts'
import { factsOf } from './facts.ts'
import { camerasOf } from './cameras-of-node.ts'

const types = editorTypes()
const flow = buildFlow()
  .node('a', 'camera-source')
  .node('b', 'camera-source')
  .node('model', 'interaction-model')
  .node('tell', 'notification')
  .node('alone', 'notification')
  .node('odd', 'smoke-detector')
  .wire('a.frames', 'model.frames')
  .wire('b.frames', 'model.frames')
  .wire('model.response', 'tell.message')
  .wire('model.response', 'odd.smoke')
  .build()

describe('what cards ask of a flow', () => {
  it('is worked out once for each version', () => {
    expect(factsOf(flow, types)).toBe(factsOf(flow, types))
    expect(factsOf({ ...flow }, types)).not.toBe(factsOf(flow, types))
  })

  it('says the cameras of each node as looking for them one by one does', () => {
    const facts = factsOf(flow, types)
    for (const { id } of flow.nodes) expect(facts.cameras(id), id).toEqual(camerasOf(flow, types, id))
    expect(facts.cameras('tell')).toEqual(['a', 'b'])
  })

  it('gives the ports of the type itself, and those that only a wire knows', () => {
    const facts = factsOf(flow, types)
    expect(facts.ports('tell')).toBe(types.get('notification')?.ports)
    expect(Object.keys(facts.ports('odd').in)).toEqual(['smoke'])
    // Whoever asks twice gets one object: a canvas that is told of another each time never comes to rest.
    expect(facts.ports('odd')).toBe(facts.ports('odd'))
    expect(facts.ports('model')).toBe(facts.ports('model'))
  })

  it('knows what is switched off, and what hangs on it alone', () => {
    const off = (...ids: string[]) => [...factsOf(setDisabled(flow, ids, true), types).idle].sort()
    expect(off('a')).toEqual(['a'])
    expect(off('a', 'b')).toEqual(['a', 'b', 'model', 'tell'])
    expect(setDisabled(setDisabled(flow, ['a'], true), ['a'], false)).toEqual(flow)
  })
})
