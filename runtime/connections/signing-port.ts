// The connection port that nodes get: secrets by name, and signatures with a secret that the node does not see.
import { createHmac } from 'node:crypto'
import type { ConnectionPort } from '../../nodes/contract/capabilities.ts'
import { FatalError, NotFoundError } from '../../nodes/contract/errors.ts'

/** Adds signing to a way to read connections, and says of one that is gone what a node can act on. */
export function signingPort(read: ConnectionPort['get']): ConnectionPort {
  // Fails at once rather than being tried for a quarter of an hour: a changed connection is changed in place, so a name that is
  // gone was deleted on purpose, and whoever waits for the message is better told on the port "failed" now.
  const get: ConnectionPort['get'] = async (name) => {
    try {
      return await read(name)
    } catch (thrown) {
      if (!(thrown instanceof NotFoundError)) throw thrown
      throw new FatalError(
        'CONNECTION_MISSING',
        `The connection "${name}" does not exist any more. Make it again under Connections, or choose another one in the flow.`,
        { cause: thrown },
      )
    }
  }
  return {
    get,
    sign: async (name, secretName, text, prefix = '') => {
      const secrets = (await get(name)).secret
      const [only, ...others] = Object.values(secrets)
      // A script may call it what it likes, as long as there is no choice.
      const secret = secrets[secretName] ?? (others.length === 0 ? only : undefined)
      return secret === undefined
        ? undefined
        : createHmac('sha256', prefix + secret)
            .update(text)
            .digest('hex')
    },
  }
}
