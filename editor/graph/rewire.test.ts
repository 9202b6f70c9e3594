import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import { editorTypes } from '../../test/support/editor-types.ts'
import { addNode, addWire, emptyFlow, wireId } from './edit.ts'
import { insertOnWire, isLoose, reconnect, wireHeldAt } from './rewire.ts'

const types = editorTypes()
const ref = (node: string, port: string) => ({ node, port })
const ids = (flow: Flow | null) => flow?.wires.map(wireId)

function drawn(...more: string[]): Flow {
  let flow = emptyFlow('Test')
  for (const name of ['camera-source', 'interaction-model', 'notification', ...more])
    flow = addNode(flow, types.get(name) ?? types.values().next().value!, { x: 0, y: 0 }).flow
  flow = addWire(flow, ref('camera-source', 'frames'), ref('interaction-model', 'frames'))
  return addWire(flow, ref('interaction-model', 'response'), ref('notification', 'message'))
}
const pictures = 'camera-source.frames--interaction-model.frames'
const words = 'interaction-model.response--notification.message'

describe('a card laid on a wire', () => {
  it('goes in between, by the ports that fit', () => {
    const flow = drawn('cooldown', 'adacodec')
    expect(ids(insertOnWire(flow, types, words, 'cooldown'))).toEqual([
      pictures,
      'interaction-model.response--cooldown.message',
      'cooldown.message--notification.message',
    ])
    expect(ids(insertOnWire(flow, types, pictures, 'adacodec'))).toEqual([
      words,
      'camera-source.frames--adacodec.frames',
      'adacodec.frames--interaction-model.frames',
    ])
  })

  it('stays beside it where it cannot pass on what comes', () => {
    const flow = drawn('cooldown')
    expect(insertOnWire(flow, types, pictures, 'cooldown')).toBeNull()
    expect(insertOnWire(flow, types, words, 'notification')).toBeNull()
    expect(insertOnWire(flow, types, 'gone--gone', 'cooldown')).toBeNull()
  })

  it('is only meant when no wire touches it yet', () => {
    const flow = drawn('cooldown')
    expect([isLoose(flow, 'cooldown'), isLoose(flow, 'notification')]).toEqual([true, false])
  })
})

describe('a wire led elsewhere', () => {
  it('keeps its place and what else it says', () => {
    const flow = drawn('notification')
    const noted = { ...flow, wires: flow.wires.map((wire) => ({ ...wire, note: 'mine' })) }
    const next = reconnect(noted, words, {
      from: ref('interaction-model', 'response'),
      to: ref('notification-2', 'message'),
    })
    expect(ids(next)).toEqual([pictures, 'interaction-model.response--notification-2.message'])
    expect(next.wires[1]).toMatchObject({ note: 'mine' })
  })

  it('changes nothing when it ends where it ended, or where another one is', () => {
    const flow = addWire(drawn('notification'), ref('interaction-model', 'response'), ref('notification-2', 'message'))
    const same = { from: ref('interaction-model', 'response'), to: ref('notification', 'message') }
    expect(reconnect(flow, words, same)).toBe(flow)
    expect(reconnect(flow, words, { ...same, to: ref('notification-2', 'message') })).toBe(flow)
  })

  it('is held where a port is full, and where it is selected', () => {
    const flow = drawn()
    expect(wireHeldAt(flow, types, ref('interaction-model', 'frames'), 'in', [])).toBe(pictures)
    expect(wireHeldAt(flow, types, ref('camera-source', 'frames'), 'out', [])).toBeNull()
    expect(wireHeldAt(flow, types, ref('camera-source', 'frames'), 'out', [pictures])).toBe(pictures)
    expect(wireHeldAt(flow, types, ref('notification', 'message'), 'in', [])).toBeNull()
    expect(wireHeldAt(flow, types, ref('notification', 'message'), 'in', [words])).toBe(words)
  })
})
