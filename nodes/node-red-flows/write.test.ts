import { describe, expect, it } from 'vitest'
import { redDebug, redNode, redTab, wiresIn, type RedEntry } from '../../test/support/red-flow.ts'
import { flowFormat, type Flow } from '../contract/flow.ts'
import format from './format.ts'

describe('there and back', () => {
  const flows: Record<string, RedEntry[]> = {
    placeholders: [
      redTab,
      redNode('f', 'function', { func: 'return msg', outputs: 2, libs: [] }, [['d'], []]),
      redDebug(),
    ],
    links: [
      redTab,
      redNode('a', 'delay', { pauseType: 'delay', timeout: '5', timeoutUnits: 'seconds' }, [['j']]),
      redNode('j', 'junction', {}, [['lo']]),
      redNode('lo', 'link out', { mode: 'link', links: ['li'] }, []),
      redNode('li', 'link in', { links: ['lo'] }, [['d']]),
      redDebug(),
    ],
    subflows: [
      { id: 's', type: 'subflow', name: 'S', in: [{ wires: [{ id: 'c' }] }], out: [{ wires: [{ id: 'c', port: 0 }] }] },
      { ...redNode('c', 'zigbee-x', { deep: { list: [1, { a: null }] } }), z: 's' },
      redTab,
      redNode('i', 'subflow:s', {}, [['d']]),
      redDebug(),
    ],
    settings: [
      redTab,
      { id: 'zb', type: 'zigbee-server', host: '10.0.0.2' },
      redNode('a', 'zigbee-out', { server: 'zb' }, []),
      { id: 'g', type: 'group', z: 't', nodes: ['a'], x: 1, y: 2 },
    ],
    twoTabs: [
      redTab,
      { ...redTab, id: 'u', label: 'Two' },
      redDebug(),
      { ...redDebug('e'), z: 'u' },
      { ...redNode('n', 'comment', { info: 'Why' }, []), z: 'u' },
    ],
  }
  it.each(Object.entries(flows))('from Node-RED: %s comes back as it was', (_name, entries) => {
    const { flow } = format.read(entries)
    expect(JSON.stringify(format.write(flow, entries))).toBe(JSON.stringify(entries))
  })

  it('from Node-RED: groups and comments that were changed here are changed there, their members with them', () => {
    const entries: RedEntry[] = [
      redTab,
      { id: 'g', type: 'group', z: 't', name: 'Night', style: { fill: '#ff0' }, nodes: ['d', 'n'], x: 1, y: 2 },
      { ...redDebug(), g: 'g' },
      { ...redNode('n', 'comment', { name: 'Why' }, []), g: 'g' },
      redDebug('e'),
    ]
    const { flow } = format.read(entries)
    const changed = {
      ...flow,
      notes: [{ id: 'n', text: 'Because\nof Ana', position: { x: 180, y: 144 } }],
      groups: [{ id: 'g', title: 'Day', members: ['n', 'e'] }],
    }
    const written = new Map((format.write(changed, entries) as RedEntry[]).map((entry) => [entry['id'], entry]))
    expect(written.get('g')).toMatchObject({ type: 'group', name: 'Day', style: { fill: '#ff0' }, nodes: ['n', 'e'] })
    expect(written.get('n')).toMatchObject({ type: 'comment', name: 'Because', info: 'of Ana', g: 'g' })
    expect(written.get('e')).toMatchObject({ type: 'debug', g: 'g' })
    expect(written.get('d')).not.toHaveProperty('g')
    const loose = format.write({ ...flow, groups: [] }, entries) as RedEntry[]
    expect(loose.filter(({ type, g }) => type === 'group' || g !== undefined)).toEqual([])
    // And what was written comes back as it was drawn.
    expect(format.read([...written.values()]).flow.groups).toEqual(changed.groups)
    expect(format.read([...written.values()]).flow.notes).toMatchObject(changed.notes)
  })

  it('from here: notes and groups are there and come back with place and size', () => {
    const flow = {
      format: 'heed.flow/1' as const,
      name: 'Here',
      nodes: [],
      wires: [],
      notes: [{ id: 'why', text: 'Ana\nsleeps', position: { x: 11, y: 7 }, width: 300 }],
      groups: [{ id: 'night', title: 'Night', members: ['why'] }],
    }
    const { notes, groups } = format.read(format.write(flow)).flow
    expect({ notes, groups }).toEqual({ notes: flow.notes, groups: flow.groups })
  })

  it('from Node-RED: what was changed here is written anew, the rest as it came', () => {
    const entries = flows['placeholders'] ?? []
    const { flow } = format.read(entries)
    const changed = { ...flow, nodes: flow.nodes.map((each) => (each.id === 'd' ? { ...each, name: 'New' } : each)) }
    const written = format.write(changed, entries) as RedEntry[]
    expect(written.slice(0, 2)).toEqual(entries.slice(0, 2))
    expect(written[2]).toMatchObject({ id: 'd', type: 'debug', name: 'New', z: 't' })
    const removed = { ...flow, wires: [] }
    expect((format.write(removed, entries) as RedEntry[]).find(({ id }) => id === 'f')).toMatchObject({
      type: 'function',
      func: 'return msg',
      wires: [[], []],
    })
  })

  it('from Heed: everything comes back, also what Node-RED has no node for', () => {
    const at = (x: number, y: number) => ({ position: { x, y }, version: 1 })
    const flow: Flow = {
      format: flowFormat,
      name: 'Fall alert',
      nodes: [
        { id: 'cam', type: 'camera-source', ...at(13, 7), config: { kind: 'file', path: 'a.mp4' } },
        { id: 'codec', type: 'adacodec', ...at(301, 7), config: {} },
        { id: 'model', type: 'interaction-model', ...at(602, 8), config: { connection: 'm', instruction: 'Warn' } },
        { id: 'agent', type: 'delegate-to-agent', ...at(900, 300), config: { connection: 'a' } },
        { id: 'cool', type: 'cooldown', ...at(901, 9), name: 'Calm', config: { quietMs: 60_000 } },
        { id: 'every', type: 'timer', ...at(1, 400), config: { mode: 'every', everyMs: 60_000, text: 'Look' } },
        { id: 'later', type: 'timer', ...at(5, 600), config: { mode: 'after', everyMs: 9000 } },
        {
          id: 'sort',
          type: 'filter',
          ...at(7, 700),
          config: { mode: 'pattern', pattern: 'a|b', caseSensitive: false },
        },
        { id: 'new', type: 'filter', ...at(7, 900), config: { mode: 'changed', caseSensitive: true } },
        { id: 'say', type: 'template', ...at(7, 950), config: { text: '{{fields.who}}: {{text}}' } },
        { id: 'when', type: 'template', ...at(7, 980), config: { text: '{{time}}' } },
        { id: 'tell', type: 'notification', ...at(1203, 11), disabled: true, config: { channel: 'inbox' } },
      ],
      wires: [
        ['cam.frames', 'codec.frames'],
        ['codec.frames', 'model.frames'],
        ['model.response', 'cool.message'],
        ['model.delegation', 'agent.delegation'],
        ['agent.answer', 'model.answer'],
        ['every.message', 'model.query'],
        ['agent.failed', 'tell.message'],
        ['cool.message', 'tell.message'],
        ['later.message', 'sort.message'],
        ['sort.rest', 'new.message'],
        ['sort.message', 'say.message'],
        ['say.message', 'when.message'],
        ['tell.failed', 'when.message'],
      ].map(([from = '', to = '']) => {
        const ref = (text: string) => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? '' })
        return { from: ref(from), to: ref(to) }
      }),
    }
    const written = format.write(flow) as RedEntry[]
    expect(written.map(({ type }) => type)).toEqual([
      'tab',
      'heed-card',
      'heed-card',
      'heed-card',
      'heed-card',
      'trigger',
      'inject',
      'delay',
      'switch',
      'rbe',
      'template',
      'heed-card',
      'heed-card',
    ])
    expect(written[6]).toMatchObject({ repeat: '60', payload: 'Look', payloadType: 'str', wires: [['model']] })
    const back = format.read(JSON.parse(JSON.stringify(written))).flow
    expect(back.nodes).toEqual(flow.nodes)
    expect(wiresIn(back)).toEqual(wiresIn(flow))
  })

  it('takes what somebody changed over there', () => {
    const flow: Flow = {
      format: flowFormat,
      name: 'x',
      nodes: [{ id: 'a', type: 'cooldown', version: 1, position: { x: 1, y: 1 }, config: { quietMs: 60_000 } }],
      wires: [],
    }
    const written = (format.write(flow) as RedEntry[]).map((each) =>
      each['id'] === 'a' ? { ...each, duration: '5' } : each,
    )
    expect(format.read(written).flow.nodes[0]?.config).toEqual({ quietMs: 5000, per: 'node' })
  })
})
