import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSeal, loadSecretKeys } from './seal.ts'

const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

describe('a seal', () => {
  test('opens what it closed, and closes the same text differently each time', () => {
    const seal = createSeal([one])
    const sealed = seal.close('pässword', 'here')
    expect(sealed).not.toBe(seal.close('pässword', 'here'))
    expect(seal.open(sealed, 'here')).toBe('pässword')
    expect(seal.open(seal.close('', 'here'), 'here')).toBe('')
  })

  test('does not open at another place, nor when a single bit was turned', () => {
    const seal = createSeal([one])
    const sealed = seal.close('secret', 'here')
    expect(() => seal.open(sealed, 'there')).toThrow(expect.objectContaining({ code: 'SECRET_BROKEN' }))
    const [head, id, body = ''] = sealed.split('.')
    const bytes = Buffer.from(body, 'base64url')
    bytes[15]! ^= 1
    expect(() => seal.open(`${head}.${id}.${bytes.toString('base64url')}`, 'here')).toThrow(
      expect.objectContaining({ code: 'SECRET_BROKEN' }),
    )
    expect(() => seal.open(`${head}.${id}.AAAA`, 'here')).toThrow(expect.objectContaining({ code: 'SECRET_BROKEN' }))
  })

  test('names its key, so that another key is told apart from damage', () => {
    const sealed = createSeal([one]).close('secret', 'here')
    expect(() => createSeal([two]).open(sealed, 'here')).toThrow(expect.objectContaining({ code: 'SECRET_KEY_WRONG' }))
    expect(createSeal([two, one]).open(sealed, 'here')).toBe('secret')
    expect(() => createSeal([new Uint8Array(16)])).toThrow(expect.objectContaining({ code: 'SECRET_KEY_WRONG' }))
  })
})

describe('the secret key', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'heed-key-'))
  })
  afterAll(async () => {
    await rm(dataDir, { recursive: true })
  })

  test('is made once, mode 600, also by several processes at once', async () => {
    const folder = join(dataDir, 'fresh')
    const all = await Promise.all(
      Array.from({ length: 5 }, () => loadSecretKeys({ value: undefined, dataDir: folder })),
    )
    expect(new Set(all.map(([key]) => Buffer.from(key!).toString('hex'))).size).toBe(1)
    expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await readFile(join(folder, 'secret.key'), 'utf8')).trim()).toMatch(/^[0-9a-f]{64}$/)
  })

  test('is refused when its file is empty, because anybody could make the key of nothing', async () => {
    const folder = join(dataDir, 'empty')
    await mkdir(folder)
    await writeFile(join(folder, 'secret.key'), '\n')
    await expect(loadSecretKeys({ value: undefined, dataDir: folder })).rejects.toMatchObject({
      code: 'SECRET_KEY_EMPTY',
    })
  })

  test('comes from HEED_SECRET_KEY first, in hex, base64 or words, with the kept one behind it', async () => {
    const folder = join(dataDir, 'env')
    const key = Buffer.alloc(32, 3)
    expect(await loadSecretKeys({ value: key.toString('hex'), dataDir: folder })).toEqual([key])
    expect(await loadSecretKeys({ value: ` ${key.toString('base64')}\n`, dataDir: folder })).toEqual([key])
    const words = await loadSecretKeys({ value: 'correct horse', dataDir: folder })
    expect([words[0]?.length, words]).toEqual([32, await loadSecretKeys({ value: 'correct horse', dataDir: folder })])
    await expect(stat(folder)).rejects.toThrow()
    const [kept] = await loadSecretKeys({ value: '', dataDir: folder })
    expect(await loadSecretKeys({ value: key.toString('hex'), dataDir: folder })).toEqual([key, kept])
  })
})
