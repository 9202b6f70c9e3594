// The compiler by its public door: whole flows in, plans and problems out.
import { describe, expect, it } from 'vitest'
import { port, type Catalogue, type NodeDefinition } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import { simpleCatalogue } from '../../test/support/simple-catalogue.ts'
import { compileFlow, outlineFlow } from './compile-flow.ts'

const clip = { path: 'fall.mp4' }
const fallAlert = buildFlow('Fall alert')
  .node('cam', 'camera-source', clip)
  .node('codec', 'adacodec')
  .node('model', 'interaction-model')
  .node('tell', 'notification')
  .chain('frames', 'cam', 'codec', 'model')
  .wire('model.response', 'tell.message')

const compile = (document: unknown): ReturnType<typeof compileFlow> => compileFlow(document, simpleCatalogue)
const places = (problems: readonly Problem[]): string[] =>
  problems.map(({ code, node, port, field }) => [code, node ?? '-', port ?? '-', field ?? '-'].join(' '))

describe('a wire out of a port that never sends', () => {
  const tell = simpleCatalogue.nodes.get('notification') as NodeDefinition
  const catalogueWith = (field: string): Catalogue => {
    const late = {
      ...tell,
      ports: {
        ...tell.ports,
        out: { ...tell.ports.out, late: port('message', { label: 'Late', silentWithout: field }) },
      },
    } as NodeDefinition
    return { ...simpleCatalogue, nodes: new Map([...simpleCatalogue.nodes, ['notification', late]]) }
  }
  const escalating = fallAlert.node('next', 'notification').wire('tell.late', 'next.message').build()

  it('is warned about until the field it waits for is set, and deploys all the same', () => {
    const { plan, problems } = compileFlow(escalating, catalogueWith('connection'))
    expect(places(problems)).toEqual(['PORT_SILENT tell late connection'])
    expect(problems[0]).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(
        /^Nothing will come out of “Late” of “.+”: set “.+”, or delete the wire\.$/,
      ) as string,
    })
    expect(plan).not.toBeNull()
    expect(compileFlow(escalating, catalogueWith('channel')).problems).toEqual([])
    expect(compileFlow(fallAlert.build(), catalogueWith('connection')).problems).toEqual([])
  })
})

describe('a plan', () => {
  it('has one stream with the ticks in order, the actions and the routes', () => {
    const { plan, problems } = compile(fallAlert.build())
    expect(problems).toEqual([])
    expect(plan).toEqual({
      format: 'heed.plan/1',
      name: 'Fall alert',
      streams: [
        {
          id: 'cam',
          source: { id: 'cam', type: 'camera-source', version: 1, config: { path: 'fall.mp4', loop: false } },
          taps: { longSide: 640, floor: { width: 256, height: 192 } },
          ticks: [
            { id: 'codec', type: 'adacodec', version: 1, config: { longSide: 640 } },
            {
              id: 'model',
              type: 'interaction-model',
              version: 1,
              config: { connection: 'edge', instruction: '', fastFps: 0 },
            },
          ],
          actions: [
            { id: 'tell', type: 'notification', version: 1, config: { channel: 'inbox', connection: '', zones: [] } },
          ],
          routes: {
            'cam.frames': [{ to: 'tick', node: 'codec', port: 'frames' }],
            'codec.frames': [{ to: 'tick', node: 'model', port: 'frames' }],
            'model.response': [{ to: 'action', node: 'tell', port: 'message' }],
          },
        },
      ],
    })
  })

  it('takes a decision, an answer and a delegation where a message is expected', () => {
    const flow = fallAlert
      .node('ask', 'delegate-to-agent')
      .wire('model.delegation', 'ask.delegation')
      .wire('model.tick', 'tell.message')
      .wire('model.delegation', 'tell.message')
      .wire('ask.answer', 'tell.message')
    expect(compile(flow.build()).problems).toEqual([])
  })

  it('orders independent tick nodes by id', () => {
    const flow = fallAlert
      .node('b', 'cooldown', {}, { version: 3 })
      .node('a', 'cooldown', {}, { version: 3 })
      .wire('model.response', 'b.message')
      .wire('model.response', 'a.message')
    expect(compile(flow.build()).plan?.streams[0]?.ticks.map(({ id }) => id)).toEqual(['codec', 'model', 'a', 'b'])
  })

  it('merges what the nodes want out of the decode', () => {
    const flow = buildFlow()
      .node('cam', 'camera-source', clip)
      .node('small', 'adacodec', { longSide: 320 })
      .node('large', 'adacodec', { longSide: 960 })
      .node('m1', 'interaction-model', { fastFps: 4 })
      .node('m2', 'interaction-model', { fastFps: 8 })
      .chain('frames', 'cam', 'small', 'm1')
      .chain('frames', 'cam', 'large', 'm2')
    expect(compile(flow.build()).plan?.streams[0]?.taps).toEqual({
      longSide: 960,
      floor: { width: 256, height: 192 },
      fast: { width: 256, height: 192, fps: 8 },
    })
  })

  it('lets the answer of an agent back into the model that asked', () => {
    const flow = fallAlert
      .node('ask', 'delegate-to-agent')
      .wire('model.delegation', 'ask.delegation')
      .wire('ask.answer', 'model.answer')
    const { plan, problems } = compile(flow.build())
    expect(problems).toEqual([])
    expect(plan?.streams[0]?.routes['ask.answer']).toEqual([{ to: 'tick', node: 'model', port: 'answer' }])
  })

  it('brings an older node up to date', () => {
    const flow = fallAlert
      .node('calm', 'cooldown', { seconds: 5 }, { version: 2 })
      .wire('model.response', 'calm.message')
    const calm = compile(flow.build()).plan?.streams[0]?.ticks.find(({ id }) => id === 'calm')
    expect(calm).toEqual({ id: 'calm', type: 'cooldown', version: 3, config: { quietMs: 5000, scope: 'camera' } })
  })
})

describe('a document that is no flow', () => {
  const cyclic: Record<string, unknown> = { format: 'heed.flow/1' }
  cyclic.self = cyclic
  it.each([
    ['nothing', undefined, 'FLOW_NOT_A_FLOW'],
    ['null', null, 'FLOW_NOT_A_FLOW'],
    ['a list', [], 'FLOW_NOT_A_FLOW'],
    ['a number', 7, 'FLOW_NOT_A_FLOW'],
    ['a function', () => 1, 'FLOW_NOT_A_FLOW'],
    ['no format', { nodes: [], wires: [] }, 'FLOW_NOT_A_FLOW'],
    ['a newer format', { format: 'heed.flow/9' }, 'FLOW_FORMAT_UNKNOWN'],
    ['a format named like a method', { format: 'valueOf' }, 'FLOW_FORMAT_UNKNOWN'],
    ['a value that contains itself', cyclic, 'FLOW_NOT_JSON'],
    ['a bigint', { format: 1n }, 'FLOW_NOT_JSON'],
    [
      'a value that throws what is no error',
      {
        toJSON() {
          throw Object.create(null) as Error
        },
      },
      'FLOW_NOT_JSON',
    ],
    [
      'a list of endless depth',
      { format: 'heed.flow/1', nodes: Array.from({ length: 100_000 }).reduce<unknown[]>((inner) => [inner], []) },
      'FLOW_NOT_JSON',
    ],
    [
      'a getter that fails',
      {
        get format() {
          throw new Error('no')
        },
      },
      'FLOW_NOT_JSON',
    ],
  ])('is one problem: %s', (_name, document, code) => {
    const { plan, problems } = compile(document)
    expect(plan).toBeNull()
    expect(places(problems)).toEqual([`${code} - - -`])
  })

  it('reports broken parts beside the problems of the parts that can be read', () => {
    const document = { ...fallAlert.node('lost', 'notification').build(), name: '' } as unknown as {
      nodes: Record<string, unknown>[]
      wires: unknown[]
    }
    document.nodes.push({ id: 'half', type: 'cooldown', version: 1, config: {} })
    document.wires.push(
      { from: { node: 'model', port: 'response' }, to: { node: 'half', port: 'message' } },
      { from: 'model' },
    )
    expect(places(compile(document).problems)).toEqual([
      'FLOW_MALFORMED - - -',
      'WIRE_MALFORMED - - -',
      'WIRE_MALFORMED - - -',
      'NODE_MALFORMED half - -',
      'NODE_INPUT_MISSING lost message -',
    ])
  })
})

describe('every problem at once', () => {
  it('is reported on its node, port and field', () => {
    const flow = buildFlow()
      .node('cam', 'camera-source', {})
      .node('codec', 'adacodec', { longSide: 9000 })
      .node('model', 'interaction-model', { connection: 'mail', instruction: 'forbidden' })
      .node('other', 'interaction-model', { connection: 'nowhere' })
      .node('ghost', 'hologram')
      .node('new', 'adacodec', {}, { version: 4 })
      .node('tell', 'notification', { channel: 'pigeon', zones: [{ x: 'left' }] })
      .wire('cam.frames', 'codec.frames')
      .wire('codec.frames', 'model.frames')
      .wire('cam.frames', 'model.frames')
      .wire('model.respones', 'tell.message')
      .wire('model.query', 'tell.message')
      .wire('model.tick', 'ghost.anything')
      .wire('codec.frames', 'tell.message')
      .wire('cam.frames', 'gone.frames')
    expect(places(compile(flow.build()).problems)).toEqual([
      'NODE_CONFIG_MISSING cam - path',
      'WIRE_NODE_MISSING cam frames -',
      'NODE_CONFIG_WRONG codec - longSide',
      'NODE_TYPE_UNKNOWN ghost - -',
      'NODE_CONNECTION_UNFIT model - connection',
      'MODEL_INSTRUCTION_FORBIDDEN model - instruction',
      'WIRE_PORT_FULL model frames -',
      'WIRE_WRONG_SIDE model query -',
      'WIRE_PORT_UNKNOWN model respones -',
      'NODE_VERSION_UNKNOWN new - -',
      'NODE_INPUT_MISSING new frames -',
      'NODE_CONNECTION_MISSING other - connection',
      'NODE_INPUT_MISSING other frames -',
      'NODE_CONFIG_WRONG tell - channel',
      'NODE_CONFIG_WRONG tell - zones.0.x',
      'WIRE_KIND_MISMATCH tell message -',
    ])
  })

  it('speaks of settings by the names on the form', () => {
    const flow = fallAlert
      .node('cam2', 'camera-source', { path: '' })
      .node('tell2', 'notification', { channel: 'pigeon', zones: [{ x: 'left' }] })
      .node('calm', 'cooldown', { quietMs: 1 }, { version: 3 })
    const words = compile(flow.build())
      .problems.filter(({ field }) => field !== null)
      .map(({ message }) => message)
    expect(words).toEqual([
      '“Stay quiet for”: At least a second, please.',
      '“Clip” is empty: fill it in.',
      '“Channel” must be one of “Inbox” or “Web hook”.',
      '“Left edge” must be a number.',
    ])
  })

  it('says which kinds do not fit', () => {
    const problem = compile(fallAlert.wire('codec.frames', 'tell.message').build()).problems[0]
    expect(problem?.message).toBe(
      '“Frames” of “AdaCodec” does not fit “Message” of “Notification”. This port sends pictures, but that one takes a message.',
    )
  })

  it.each([
    ['the same id twice', fallAlert.node('tell', 'notification'), 'NODE_ID_TWICE tell - -'],
    ['the same wire twice', fallAlert.wire('cam.frames', 'codec.frames'), 'WIRE_TWICE codec frames -'],
    ['a wire from a node to itself', fallAlert.wire('codec.frames', 'codec.frames'), 'WIRE_TO_SELF codec frames -'],
    ['a wire from nowhere', fallAlert.wire('gone.response', 'tell.message'), 'WIRE_NODE_MISSING tell message -'],
    [
      'a wire between nodes that are not there',
      fallAlert.wire('gone.response', 'lost.message'),
      'WIRE_NODE_MISSING - - -',
    ],
    [
      'a migration that the package lacks',
      fallAlert.node('calm', 'cooldown').wire('model.response', 'calm.message'),
      'NODE_MIGRATION_MISSING calm - -',
    ],
    [
      'a migration that fails',
      fallAlert.node('odd', 'faulty').wire('odd.message', 'model.query'),
      'NODE_TYPE_BROKEN odd - -',
    ],
    [
      'a check that fails',
      fallAlert.node('odd', 'faulty', { when: 'check' }, { version: 2 }).wire('odd.message', 'model.query'),
      'NODE_TYPE_BROKEN odd - -',
    ],
    [
      'runs that fails',
      fallAlert.node('odd', 'faulty', { when: 'runs' }, { version: 2 }).wire('odd.message', 'model.query'),
      'NODE_TYPE_BROKEN odd - -',
    ],
    [
      'taps that fail',
      fallAlert.node('odd', 'faulty', { when: 'taps' }, { version: 2 }).wire('odd.message', 'model.query'),
      'NODE_TYPE_BROKEN odd - -',
    ],
    [
      'a camera that reaches nothing',
      fallAlert.node('idle', 'camera-source', clip),
      'FLOW_SOURCE_UNUSED idle frames -',
    ],
    ['a flow without nodes', buildFlow(), 'FLOW_NO_CAMERA - - -'],
  ])('refuses %s', (_name, flow, expected) => {
    const { plan, problems } = compile(flow.build())
    expect(plan).toBeNull()
    expect(places(problems)).toContain(expected)
  })

  it('outlines what a flow with errors would run as, for comparing', () => {
    const sound = fallAlert.node('calm', 'cooldown', { quietMs: 2000 }, { version: 3 })
    const wired = sound.wire('model.response', 'calm.message').build()
    expect(outlineFlow(wired, simpleCatalogue)).toEqual(compile(wired).plan)
    const odd = fallAlert
      .node('calm', 'cooldown', { quietMs: 'long' }, { version: 3 })
      .node('gone', 'unheard-of')
      .wire('model.response', 'calm.message')
      .wire('model.response', 'gone.message')
      .build()
    expect(compile(odd).plan).toBeNull()
    const stream = outlineFlow(odd, simpleCatalogue)?.streams[0]
    expect(stream?.ticks.find(({ id }) => id === 'calm')?.config).toEqual({ quietMs: 'long' })
    expect([...(stream?.ticks ?? []), ...(stream?.actions ?? [])].some(({ id }) => id === 'gone')).toBe(false)
  })

  it('outlines nothing that goes in a circle or cannot be read', () => {
    const circle = fallAlert
      .node('a', 'cooldown', {}, { version: 3 })
      .node('b', 'cooldown', {}, { version: 3 })
      .wire('a.message', 'b.message')
      .wire('b.message', 'a.message')
    expect([outlineFlow(circle.build(), simpleCatalogue), outlineFlow(7, simpleCatalogue)]).toEqual([null, null])
  })

  it('warns of a node that no camera leads to, and still compiles', () => {
    const flow = fallAlert.node('clock', 'timer').node('tell2', 'notification').wire('clock.message', 'tell2.message')
    const { plan, problems } = compile(flow.build())
    expect(problems.map(({ code, node, severity }) => `${severity} ${code} ${node}`)).toEqual([
      'warning NODE_UNREACHED clock',
      'warning NODE_UNREACHED tell2',
    ])
    expect(plan?.streams[0]?.actions.map(({ id }) => id)).toEqual(['tell'])
  })

  it('does not judge a connection that the form does not show', () => {
    const tell = (channel: string): string[] =>
      places(
        compile(
          fallAlert
            .node('t', 'notification', { channel, connection: 'gone' })
            .wire('model.response', 't.message')
            .build(),
        ).problems,
      )
    expect(tell('inbox')).toEqual([])
    expect(tell('webhook')).toEqual(['NODE_CONNECTION_MISSING t - connection'])
  })
})

describe('a node that is switched off', () => {
  const off = { disabled: true }
  const flow = (camera = {}, model = {}, tell = {}) =>
    buildFlow()
      .node('cam', 'camera-source', clip, camera)
      .node('model', 'interaction-model', {}, model)
      .node('tell', 'notification', {}, tell)
      .chain('frames', 'cam', 'model')
      .wire('model.response', 'tell.message')
  const streamsOf = ({ plan }: ReturnType<typeof compileFlow>) => plan?.streams

  it('is not in the plan, and neither is what hangs on it alone', () => {
    expect(compile(flow({}, {}, off).build())).toEqual(
      compile(
        buildFlow()
          .node('cam', 'camera-source', clip)
          .node('model', 'interaction-model')
          .chain('frames', 'cam', 'model')
          .build(),
      ),
    )
    expect(compile(flow(off).build()).problems).toEqual([
      expect.objectContaining({
        code: 'FLOW_NO_CAMERA',
        message: 'No camera of this flow is switched on, so there is nothing to watch. Switch one on.',
      }),
    ])
    const two = flow().node('cam-2', 'camera-source', clip, off).node('model-2', 'interaction-model')
    expect(streamsOf(compile(two.chain('frames', 'cam-2', 'model-2').build()))).toEqual(
      streamsOf(compile(flow().build())),
    )
  })

  it('is not judged: a type that is not installed, or settings that are wrong, stop nothing', () => {
    const odd = flow().node('odd', 'smoke-detector', {}, off).node('bad', 'camera-source', { path: 7 }, off)
    expect(compile(odd.build()).problems).toEqual([])
  })
})
