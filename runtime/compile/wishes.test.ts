// What nodes ask of the models before them, by the compiler's public door.
import { describe, expect, it } from 'vitest'
import type { Catalogue, NodeDefinition } from '../../nodes/contract/define.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import { simpleCatalogue } from '../../test/support/simple-catalogue.ts'
import { compileFlow } from './compile-flow.ts'

const known = (type: string): NodeDefinition => simpleCatalogue.nodes.get(type) as NodeDefinition
const wisher = { ...known('cooldown'), type: 'wisher', wish: () => 'the row' } as NodeDefinition
const model = {
  ...known('interaction-model'),
  grant: (config: Record<string, unknown>, wishes: readonly string[]) => ({ ...config, wishes }),
} as NodeDefinition

function catalogueWith(...definitions: NodeDefinition[]): Catalogue {
  const own = definitions.map((definition) => [definition.type, definition] as const)
  return { ...simpleCatalogue, nodes: new Map([...simpleCatalogue.nodes, ...own]) }
}

const watched = buildFlow()
  .node('cam', 'camera-source', { path: 'fall.mp4' })
  .node('codec', 'adacodec')
  .node('model', 'interaction-model')
  .node('calm', 'cooldown', { quietMs: 1000 }, { version: 3 })
  .node('row', 'wisher', { quietMs: 1000 }, { version: 3 })
  .node('tell', 'notification')
  .chain('frames', 'cam', 'codec', 'model')
  .chain('message', 'calm', 'row', 'tell')

function configOf(flow: ReturnType<typeof buildFlow>, catalogue: Catalogue, id: string): unknown {
  const { plan, problems } = compileFlow(flow.build(), catalogue)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return plan?.streams[0]?.ticks.find((node) => node.id === id)?.config
}

describe('a wish', () => {
  it('reaches the model over the nodes between, and changes no other settings', () => {
    const catalogue = catalogueWith(wisher, model)
    const flow = watched.wire('model.response', 'calm.message')
    expect(configOf(flow, catalogue, 'model')).toMatchObject({ wishes: ['the row'] })
    expect(configOf(flow, catalogue, 'calm')).not.toHaveProperty('wishes')
  })

  it('does not reach a model whose words do not come there', () => {
    const flow = watched
      .node('other', 'interaction-model')
      .node('told', 'notification')
      .wire('codec.frames', 'other.frames')
      .wire('other.response', 'told.message')
      .wire('model.response', 'calm.message')
    expect(configOf(flow, catalogueWith(wisher, model), 'model')).toHaveProperty('wishes')
    expect(configOf(flow, catalogueWith(wisher, model), 'other')).not.toHaveProperty('wishes')
  })

  it('of a definition that throws is a problem on its node', () => {
    const broken = {
      ...wisher,
      wish: () => {
        throw new Error('no words')
      },
    } as NodeDefinition
    const { problems } = compileFlow(
      watched.wire('model.response', 'calm.message').build(),
      catalogueWith(broken, model),
    )
    expect(problems).toMatchObject([
      { code: 'NODE_TYPE_BROKEN', node: 'row', message: expect.stringContaining('no words') as string },
    ])
  })
})
