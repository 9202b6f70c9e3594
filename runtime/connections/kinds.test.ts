// Every kind of connection, found by itself: what forms, checks and clients rely on holds for each.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'
import { describeKind, loadConnectionKinds } from './kinds.ts'

const kinds = await loadConnectionKinds()

it('is one file of its own name', () => {
  const files = readdirSync(path.join(import.meta.dirname, 'kinds')).map((name) => name.replace(/\.ts$/, ''))
  expect([...kinds.keys()].sort()).toEqual(files.sort())
})

describe.each([...kinds.values()])('$kind', (definition) => {
  const { kind, can, test, needs, secrets, isBuiltIn } = definition
  const config = describeKind(definition).config as { properties?: Record<string, { label?: string; help?: string }> }

  it('has a name, something it can do, and a way to be tested', () => {
    expect(ConnectionKindSchema.parse(kind)).toBe(kind)
    expect(can[test], 'what is put to the test').toBeDefined()
  })

  it('explains every field and needs only secrets that can be entered', () => {
    for (const [name, field] of Object.entries(config.properties ?? {}))
      expect([name, field.label, field.help]).toEqual([name, expect.any(String), expect.any(String)])
    expect(secrets.map(({ name }) => name)).toEqual(expect.arrayContaining([...(needs?.oneOf ?? [])]))
  })

  it('comes with nothing to fill in when it comes with Heed', () => {
    if (isBuiltIn) expect([Object.keys(config.properties ?? {}), secrets]).toEqual([[], []])
  })
})
