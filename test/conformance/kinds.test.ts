// One suite over every kind of connection, found by itself: what forms, checks and clients rely on holds for each.
import { describe, expect, it } from 'vitest'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'
import { describeKind, loadConnectionKinds } from '../../runtime/connections/kinds.ts'
import { outside } from '../support/outside.ts'

const kinds = await loadConnectionKinds(outside.kinds)

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
