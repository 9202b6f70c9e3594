import { afterEach, describe, expect, it } from 'vitest'
import { withOldPostgres, type OldPostgres } from '../../test/support/old-postgres.ts'
import { checkPostgres } from './postgres-check.ts'

const able = {
  encoding: 'UTF8',
  standby: false,
  read_only: 'off',
  may_create: true,
  may_fill: true,
}

describe('a Postgres of former times', () => {
  let old: OldPostgres | undefined
  afterEach(() => old?.close())

  it.each([
    [90_624, '9.6.24'],
    [130_016, '13.16 (Debian 13.16-0+deb11u1)'],
  ])('that calls itself %i is refused with the version that is needed', async (number, version) => {
    old = await withOldPostgres({ number, version, ...able })
    await expect(checkPostgres(old.url)).rejects.toMatchObject({
      code: 'DB_VERSION',
      message: `The database is Postgres ${version}, and Heed needs 14 or newer. Update it, or point DATABASE_URL at a newer one.`,
    })
  })
})
