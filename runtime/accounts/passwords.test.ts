import { describe, expect, it } from 'vitest'
import { assertGoodPassword, createPasswords } from './passwords.ts'

const quick = { logN: 10, r: 8, p: 1 }

describe('passwords', () => {
  it('are stored with the strong cost and a salt of their own', async () => {
    const passwords = createPasswords()
    const stored = await passwords.hash('three words together')
    expect(stored).toMatch(/^scrypt\$17\$8\$1\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/)
    expect(await passwords.isCorrect('three words together', stored)).toBe(true)
    expect(await passwords.isCorrect('three words togethe', stored)).toBe(false)
  })

  it('are compared with the cost they were stored with, and equal ones look different', async () => {
    const old = await createPasswords(quick).hash('grüße aus köln')
    expect(await createPasswords(quick).hash('grüße aus köln')).not.toBe(old)
    // The same letters as another keyboard composes them.
    expect(await createPasswords().isCorrect('grüße aus köln'.normalize('NFD'), old)).toBe(true)
  })

  it.each([
    '',
    'plain',
    'scrypt$17$8$1$salt',
    'scrypt$99$8$1$c2FsdA$a2V5',
    'scrypt$x$8$1$c2FsdA$a2V5',
    'bcrypt$10$8$1$c2FsdA$a2V5',
    'scrypt$10$8$1$c2FsdA$',
  ])('do not match the stored form “%s”', async (stored) => {
    expect(await createPasswords(quick).isCorrect('', stored)).toBe(false)
  })

  it.each(['', 'seven77', 'ababababab', '🙂🙂🙂🙂', 'x'.repeat(2000)])(
    'like “%s” are refused with a reason',
    (password) => {
      expect(() => assertGoodPassword(password)).toThrow(/at least 8|longer than 1024|repeats/)
    },
  )

  it.each(['eight888', 'correct horse', '安全なパスワード'])('like “%s” are taken', (password) => {
    expect(() => assertGoodPassword(password)).not.toThrow()
  })
})
