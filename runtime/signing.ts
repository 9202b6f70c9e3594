// The connection port that nodes get: secrets by name, and signatures with a secret that the node does not see.
import { createHmac } from 'node:crypto'
import type { ConnectionPort } from '../nodes/contract/capabilities.ts'

/** Adds signing to a way to read connections. */
export function signingPort(get: ConnectionPort['get']): ConnectionPort {
  return {
    get,
    sign: async (name, secretName, text, prefix = '') => {
      const secrets = (await get(name)).secret
      const [only, ...others] = Object.values(secrets)
      // A script may call it what it likes, as long as there is no choice.
      const secret = secrets[secretName] ?? (others.length === 0 ? only : undefined)
      return secret === undefined ? undefined : createHmac('sha256', prefix + secret).update(text).digest('hex')
    },
  }
}
