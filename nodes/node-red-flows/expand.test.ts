import { describe, expect, it } from 'vitest'
import {
  fateIn,
  nodeIn,
  readRed,
  redDebug,
  redNode,
  redTab,
  wiresIn,
  type RedEntry,
} from '../../test/support/red-flow.ts'
import format from './format.ts'

describe('what only leads on', () => {
  it('becomes wires: junctions, links over tabs, circles of them too', () => {
    const { flow, report } = readRed(
      redNode('a', 'debug', {}, [['j']]),
      redNode('j', 'junction', {}, [['k', 'lo']]),
      redNode('k', 'junction', {}, [['j', 'd']]),
      redNode('lo', 'link out', { mode: 'link', links: ['li'] }, []),
      { ...redNode('li', 'link in', { links: ['lo'] }, [['e']]), z: 'u' },
      { ...redTab, id: 'u' },
      redDebug('d'),
      { ...redDebug('e'), z: 'u' },
    )
    expect(wiresIn(flow)).toEqual([])
    expect(fateIn(report, 'a')).toMatchObject({ isExact: false, reason: '2 of its wires could not be drawn here.' })
    const timed = redNode('a', 'delay', { pauseType: 'delay', timeout: '5', timeoutUnits: 'seconds' }, [['j']])
    const second = readRed(
      timed,
      redNode('j', 'junction', {}, [['k']]),
      redNode('k', 'junction', {}, [['j', 'd']]),
      redDebug(),
    )
    expect(wiresIn(second.flow)).toEqual(['a.message → d.message'])
    expect(fateIn(second.report, 'j')).toMatchObject({ became: 'wire', isExact: true })
  })

  it('writes a subflow out for each use, with the environment of each', () => {
    const { flow, report } = readRed(
      {
        id: 's',
        type: 'subflow',
        name: 'Calm',
        in: [{ x: 0, y: 0, wires: [{ id: 'c' }] }],
        out: [
          { x: 0, y: 0, wires: [{ id: 'c', port: 0 }] },
          { x: 0, y: 0, wires: [{ id: 's', port: 0 }] },
        ],
        env: [{ name: 'PAUSE', type: 'num', value: '60' }],
      },
      { ...redNode('c', 'delay', { pauseType: 'delay', timeout: '${PAUSE}', timeoutUnits: 'seconds' }), z: 's' },
      redNode('in', 'rbe', { func: 'rbe', property: 'payload' }, [['one', 'two']]),
      redNode('one', 'subflow:s', {}, [['d'], ['d']]),
      redNode('two', 'subflow:s', { env: [{ name: 'PAUSE', type: 'num', value: '5' }] }, [['d'], []]),
      redDebug(),
    )
    expect(nodeIn(flow, 'one-c')?.config['everyMs']).toBe(60_000)
    expect(nodeIn(flow, 'two-c')?.config['everyMs']).toBe(5000)
    expect(wiresIn(flow)).toEqual([
      'in.message → d.message',
      'in.message → one-c.message',
      'in.message → two-c.message',
      'one-c.message → d.message',
      'two-c.message → d.message',
    ])
    expect(fateIn(report, 's')).toMatchObject({ became: 'setting' })
    expect(fateIn(report, 'one')).toMatchObject({ became: 'node', nodes: ['one-c'] })
    expect(fateIn(report, 'c')).toMatchObject({ nodes: ['one-c', 'two-c'] })
  })

  it('makes a note of a comment, its name the first line', () => {
    const { flow, report } = readRed(redNode('n', 'comment', { name: 'Door', info: 'Why' }, []), redDebug())
    expect(flow.nodes.map(({ id }) => id)).toEqual(['d'])
    expect(flow.notes).toEqual([{ id: 'n', text: 'Door\nWhy', position: { x: 180, y: 144 } }])
    expect(fateIn(report, 'n')).toMatchObject({ became: 'note', nodes: ['n'], isExact: true })
  })

  it('makes a group of a group, around what its nodes became; a group inside has a frame of its own', () => {
    const { flow, report } = readRed(
      { id: 'g', type: 'group', z: 't', name: 'Night', nodes: ['d', 'h', 'gone'] },
      { id: 'h', type: 'group', z: 't', g: 'g', nodes: ['n'] },
      { ...redNode('n', 'comment', { info: 'Why' }, []), g: 'h' },
      { ...redDebug(), g: 'g' },
      { id: 'e', type: 'group', z: 't', nodes: [] },
    )
    expect(flow.groups).toEqual([
      { id: 'g', title: 'Night', members: ['d'] },
      { id: 'h', title: '', members: ['n'] },
    ])
    expect(fateIn(report, 'g')).toMatchObject({ became: 'note', nodes: ['g'], isExact: false })
    expect(fateIn(report, 'h')).toMatchObject({ became: 'note', nodes: ['h'], isExact: true })
    expect(fateIn(report, 'e')).toMatchObject({ became: 'note', nodes: [] })
  })

  it('takes values from group, tab and file, and says which is missing', () => {
    const pause = (id: string, name: string, more: RedEntry = {}): RedEntry =>
      redNode(id, 'delay', { pauseType: 'delay', timeout: `\${${name}}`, timeoutUnits: 'seconds', ...more })
    const env = (name: string, value: string) => [{ name, type: 'str', value }]
    const { flow, report } = format.read([
      { ...redTab, env: env('T', '2') },
      { id: 'gc', type: 'global-config', env: env('F', '3'), modules: {} },
      { id: 'g', type: 'group', z: 't', nodes: ['a'], env: env('G', '4'), x: 0, y: 0 },
      pause('a', 'G', { g: 'g' }),
      pause('b', 'T'),
      pause('c', 'F'),
      pause('d', 'HOME'),
    ])
    expect(['a', 'b', 'c'].map((id) => nodeIn(flow, id)?.config['everyMs'])).toEqual([4000, 2000, 3000])
    expect(fateIn(report, 'd')).toMatchObject({
      became: 'placeholder',
      reason: expect.stringContaining('${HOME}') as string,
    })
    expect(fateIn(report, 'g')).toMatchObject({ became: 'note' })
  })
})
