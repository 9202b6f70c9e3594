// A flow that Heed writes for Node-RED, where what Heed runs and what Node-RED runs meet: bridges there, wires again here.
import { describe, expect, it } from 'vitest'
import { redNode, wiresIn, type RedEntry } from '../../test/support/red-flow.ts'
import { flowFormat, type Flow } from '../contract/flow.ts'
import format from './format.ts'

const at = { position: { x: 0, y: 0 }, version: 1 }
const flow: Flow = {
  format: flowFormat,
  name: 'Fall alert',
  nodes: [
    { id: 'cam', type: 'camera-source', ...at, config: {} },
    { id: 'model', type: 'interaction-model', ...at, config: { instruction: 'Warn' } },
    { id: 'every', type: 'timer', ...at, config: { mode: 'every', everyMs: 60_000, text: 'Look' } },
    { id: 'cool', type: 'cooldown', ...at, config: { quietMs: 60_000 } },
    { id: 'tell', type: 'notification', ...at, config: { channel: 'inbox' } },
  ],
  wires: [
    ['cam', 'frames', 'model', 'frames'],
    ['every', 'message', 'model', 'query'],
    ['model', 'response', 'cool', 'message'],
    ['model', 'response', 'tell', 'message'],
    ['cool', 'message', 'tell', 'message'],
  ].map(([from = '', out = '', to = '', into = '']) => ({
    from: { node: from, port: out },
    to: { node: to, port: into },
  })),
}
const ports = {
  says: (_type: string, port: string) => (port === 'response' ? 'response.given' : undefined),
  hears: (_type: string, port: string) => port === 'query',
}
const written = format.write(flow, undefined, ports) as RedEntry[]
const entry = (id: string) => written.find((each) => each['id'] === id)

describe('where Heed and Node-RED meet', () => {
  it('nodes of @heed/node-red hear what a card says and put messages before it', () => {
    expect(entry('model-says-response')).toMatchObject({
      type: 'heed-event',
      flow: 'Fall alert',
      card: 'model',
      kinds: 'response.given',
      server: 'heed-server',
      wires: [['cool']],
    })
    expect(entry('model-hears-query')).toMatchObject({ type: 'heed-message', card: 'model', port: 'query' })
    expect(entry('every')).toMatchObject({ type: 'inject', wires: [['model-hears-query']] })
    expect(entry('model')).toMatchObject({ type: 'heed-card', wires: [['tell']] })
    // Nobody puts a message before an action from outside: there it is drawn, and fails.
    expect(entry('cool')).toMatchObject({ type: 'trigger', wires: [['tell']] })
    expect(entry('heed-server')).toMatchObject({ type: 'heed-server' })
  })

  it('and all of it is one flow again in Heed, every entry accounted for', () => {
    const { flow: back, report } = format.read(JSON.parse(JSON.stringify(written)))
    expect(back.nodes).toEqual(flow.nodes)
    expect(wiresIn(back)).toEqual(wiresIn(flow))
    expect(report).toHaveLength(written.length)
    expect(format.write(back, written, ports)).toEqual(written)
  })

  it('and what was changed on either side is changed on the other', () => {
    const { flow: back } = format.read(written)
    const rewired = { ...back, wires: back.wires.filter(({ to }) => to.node !== 'cool') }
    const again = format.write(rewired, written, ports) as RedEntry[]
    expect(again.map(({ id }) => id)).not.toContain('model-says-response')
    expect(wiresIn(format.read(again).flow)).toEqual(wiresIn(rewired))
    const button = redNode('button', 'inject', { repeat: '5', payload: 'Hm', payloadType: 'str' }, [
      ['model-hears-query'],
    ])
    expect(wiresIn(format.read([...written, button]).flow)).toContain('button.message → model.query')
    const own = written.map((each) => (each['id'] === 'model-says-response' ? { ...each, text: 'fallen' } : each))
    expect(format.read(own).flow.nodes.map(({ type }) => type)).toContain('node-red:heed-event')
  })

  it('an older file with a type of its own for each card is read all the same', () => {
    const older = (format.write(flow) as RedEntry[]).map((each) =>
      each['type'] === 'heed-card' ? { ...each, type: `heed-${(each['heed'] as { type: string }).type}` } : each,
    )
    const { flow: back } = format.read(older)
    expect([back.nodes, wiresIn(back)]).toEqual([flow.nodes, wiresIn(flow)])
  })
})
