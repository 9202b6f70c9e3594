// Short ids for what a person makes: flows, deployments, rehearsals. Ids of facts are made by whoever states the fact.
import { randomBytes } from 'node:crypto'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** The letter and ten base32 characters: 50 bits, enough to never meet by chance in one installation. */
export function shortId(letter: 'f' | 'd' | 'r' | 'c'): string {
  return letter + Array.from(randomBytes(10), (byte) => alphabet.charAt(byte & 31)).join('')
}
