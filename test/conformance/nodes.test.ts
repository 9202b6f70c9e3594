// One suite over every node type, found by itself: what the editor, the compiler and the engine rely on holds for each.
// Never knows a type by name.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ConnectionInfo } from '../../nodes/contract/connections.ts'
import type { Catalogue } from '../../nodes/contract/define.ts'
import { loadNodeFiles } from '../../runtime/catalogue.ts'
import { loadConnectionKinds } from '../../runtime/connections/kinds.ts'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { definitionFaults } from '../../runtime/packages/definition-rules.ts'
import { buildFlow } from '../support/build-flow.ts'
import { outside, outsideFiles } from '../support/outside.ts'

const files = [...(await loadNodeFiles()), ...outsideFiles]
const kinds = await loadConnectionKinds(outside.kinds)
const catalogue: Catalogue = {
  nodes: new Map(files.map(({ definition }) => [definition.type, definition])),
  connections: new Map(
    [...kinds].map(([kind, { can }]): [string, ConnectionInfo] => [kind, { name: kind, kind, can }]),
  ),
}

interface FieldSchema {
  label?: string
  help?: string
  widget?: string
  can?: string
  enum?: unknown[]
  options?: { value: string }[]
  showIf?: { field: string; is: unknown[] }
}

describe.each(files.map((file) => ({ type: file.definition.type, ...file })))(
  '$type',
  ({ type, definition, file, package: home }) => {
    const schema = z.toJSONSchema(definition.config, { io: 'input' }) as { properties?: Record<string, FieldSchema> }
    const fields = Object.entries(schema.properties ?? {})

    it('is a sound definition', () => {
      expect(definitionFaults(definition)).toEqual([])
    })

    it('lies in a file of its own name, with its test beside it', () => {
      expect(path.parse(file).name).toBe(type)
      expect(existsSync(file.replace(/\.[jt]s$/, '.test$&'))).toBe(true)
    })

    it('is on the page of its package', () => {
      expect(readFileSync(path.join(home.folder, 'README.md'), 'utf8')).toContain(type)
    })

    it('explains itself in at most 10 lines, with an example', () => {
      expect(definition.help.split('\n').length).toBeLessThanOrEqual(10)
      expect(definition.help).toMatch(/example|e\.g\.|such as/i)
    })

    it('explains every port', () => {
      for (const [name, port] of [...Object.entries(definition.ports.in), ...Object.entries(definition.ports.out)]) {
        expect(port.help, `help of port ${name}`).not.toBe('')
      }
    })

    it('labels every field, and names the choices of every list', () => {
      for (const [name, field] of fields) {
        expect(field.label, `label of ${name}`).toBeTruthy()
        const choices = field.options?.map(({ value }) => value)
        if (field.enum !== undefined) expect(choices, `options of ${name}`).toEqual(field.enum)
      }
    })

    it('shows fields only by what its own config has', () => {
      for (const [name, field] of fields) {
        if (field.widget === 'connection')
          expect(
            [...kinds.values()].flatMap(({ can }) => Object.keys(can)),
            `what ${name} must be able to do`,
          ).toContain(field.can)
        if (field.showIf !== undefined)
          expect(
            fields.map(([other]) => other),
            `showIf of ${name}`,
          ).toContain(field.showIf.field)
      }
    })

    it('can be told to the editor as JSON and comes back the same', () => {
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
    })

    it('completes an empty config, or says what is missing in words', () => {
      const flow = buildFlow().node('it', type, {}, { version: definition.version }).build()
      for (const { message, code } of compileFlow(flow, catalogue).problems) {
        expect(code).not.toBe('NODE_TYPE_BROKEN')
        expect(message).not.toMatch(/invalid|expected|undefined|NaN|null|object/i)
      }
      const parsed = definition.config.safeParse({})
      if (!parsed.success) return
      expect(definition.config.parse(JSON.parse(JSON.stringify(parsed.data)))).toEqual(parsed.data)
    })

    it('keeps plain JSON as its state, a new one each time', () => {
      if (definition.role !== 'tick') return
      const state = definition.state()
      expect(JSON.parse(JSON.stringify(state))).toEqual(state)
      if (typeof state === 'object' && state !== null) expect(definition.state()).not.toBe(state)
    })

    it('checks and taps without touching its config', () => {
      const parsed = definition.config.safeParse({})
      if (!parsed.success) return
      const before = structuredClone(parsed.data)
      const world = { connection: (name: string) => catalogue.connections.get(name) }
      const first = [
        definition.check?.(parsed.data, world),
        definition.taps?.(parsed.data, world),
        definition.runs?.(parsed.data),
        definition.wish?.(parsed.data),
      ]
      expect([
        definition.check?.(parsed.data, world),
        definition.taps?.(parsed.data, world),
        definition.runs?.(parsed.data),
        definition.wish?.(parsed.data),
      ]).toEqual(first)
      expect(parsed.data).toEqual(before)
    })

    it('brings every older config to one that is understood today', () => {
      for (let version = 1; version < definition.version; version++) {
        let config: Record<string, unknown> = {}
        for (let to = version + 1; to <= definition.version; to++)
          config = definition.migrations?.[to]?.(config) ?? config
        expect(JSON.parse(JSON.stringify(config))).toBeTypeOf('object')
      }
    })
  },
)

describe('the catalogue', () => {
  it('takes everything that packages from outside bring', () => {
    expect(outside.packages.map(({ asked, faults }) => ({ asked, faults }))).toEqual(
      outside.packages.map(({ asked }) => ({ asked, faults: [] })),
    )
    expect(outsideFiles.map(({ definition }) => definition.type).sort(), 'each in a file of its own name').toEqual(
      outside.nodes.map(({ type }) => type).sort(),
    )
  })

  it('has the types that shared flows rely on, with their ports', () => {
    const ports = Object.fromEntries(
      files.map(({ definition }) => [
        definition.type,
        [Object.keys(definition.ports.in), Object.keys(definition.ports.out)],
      ]),
    )
    expect(ports).toMatchObject({
      'camera-source': [[], ['frames']],
      adacodec: [['frames'], ['frames']],
      'interaction-model': [
        ['frames', 'query', 'memory', 'answer'],
        ['response', 'delegation', 'tick'],
      ],
      notification: [['message'], ['delivered', 'failed', 'unacknowledged']],
      cooldown: [['message'], ['message']],
    })
  })

  it('compiles the flow of the public contract', () => {
    const flow = buildFlow('Fall alert')
      .node('cam', 'camera-source', { kind: 'file', path: 'fall.mp4', loop: false })
      .node('codec', 'adacodec')
      .node('model', 'interaction-model', { connection: 'edge', instruction: 'Warn the moment a person falls.' })
      .node('tell', 'notification', { channel: 'webhook', url: 'http://127.0.0.1:9000/hook', title: 'Fall' })
      .chain('frames', 'cam', 'codec', 'model')
      .wire('model.response', 'tell.message')
    const { plan, problems } = compileFlow(flow.build(), catalogue)
    expect(problems).toEqual([])
    expect(
      plan?.streams.map(({ id, ticks, actions }) => [id, ticks.map((node) => node.id), actions.map((node) => node.id)]),
    ).toEqual([['cam', ['codec', 'model'], ['tell']]])
  })
})
