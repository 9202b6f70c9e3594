// Turns the owner's password into what may be stored, and compares. Never keeps, logs or returns a password.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { BadRequestError } from '../../nodes/contract/errors.ts'

export const minPasswordLength = 8
const maxPasswordLength = 1024

export interface PasswordCost {
  logN: number
  r: number
  p: number
}

/** N = 2^17, r = 8, p = 1: 128 MB and about 0.35 s a guess on one core; OWASP asks for this much at least. */
const strong: PasswordCost = { logN: 17, r: 8, p: 1 }
const keyBytes = 32

/** Throws BadRequestError AUTH_PASSWORD_WEAK that says why. */
export function assertGoodPassword(password: string): void {
  const refuse = (why: string): never => {
    throw new BadRequestError('AUTH_PASSWORD_WEAK', why)
  }
  if (password.length > maxPasswordLength)
    refuse(`This password is longer than ${maxPasswordLength} characters. Choose a shorter one.`)
  if ([...password].length < minPasswordLength) {
    refuse(
      `This password has ${[...password].length} characters; it needs at least ${minPasswordLength}, because shorter ones are soon guessed. Three words in a row make a good one.`,
    )
  }
  if (new Set(password).size < 3)
    refuse(
      'This password repeats one or two characters, so it is guessed at once. Three words in a row make a good one.',
    )
}

export interface Passwords {
  /** What is stored: `scrypt$17$8$1$salt$key`. */
  hash(password: string): Promise<string>
  /** Compares in constant time; false for a stored form that cannot be read. */
  isCorrect(password: string, stored: string): Promise<boolean>
}

function derive(password: string, salt: Uint8Array, cost: PasswordCost): Promise<Buffer> {
  const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: 256 * cost.r * 2 ** cost.logN }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function readStored(stored: string): { cost: PasswordCost; salt: Buffer; key: Buffer } | undefined {
  const [name, logN, r, p, salt, key] = stored.split('$')
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  const isSane = cost.logN >= 1 && cost.logN <= 20 && cost.r >= 1 && cost.r <= 32 && cost.p >= 1 && cost.p <= 16
  if (name !== 'scrypt' || !isSane || salt === undefined || key === undefined) return undefined
  return { cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

/** Hashes and compares one password after the other: sixteen guesses at once would otherwise take two gigabytes. */
export function createPasswords(cost = strong): Passwords {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
  return {
    hash: async (password) => {
      const salt = randomBytes(16)
      const key = await inTurn(() => derive(password, salt, cost))
      return ['scrypt', cost.logN, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
    },
    isCorrect: async (password, stored) => {
      const wanted = readStored(stored)
      if (wanted === undefined || password.length > maxPasswordLength) return false
      const found = await inTurn(() => derive(password, wanted.salt, wanted.cost))
      return wanted.key.length === found.length && timingSafeEqual(wanted.key, found)
    },
  }
}
