// The connection port that nodes get: secrets by name, and signatures with a secret that the node does not see.
import { createHmac } from 'node:crypto'
import type { ConnectionPort, HttpPort } from '../../nodes/contract/capabilities.ts'
import { FatalError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { TestAbility } from './test-connection.ts'

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

const timeoutMs = 10_000

/** Whether posts over a connection are signed, and whether somebody is there where it names an address. */
export function testSigning(http: HttpPort): TestAbility {
  return async ({ config, secret }, signal) => {
    const isSigned = Boolean(secret.signingSecret)
    const signing = isSigned ? 'Posts are signed.' : 'Posts are not signed: it holds no signing secret.'
    if (typeof config.url !== 'string' || config.url === '') return { ok: isSigned, message: signing }
    // Only asks whether somebody is there: a POST would look like an alert.
    const { status } = await http.request({ method: 'GET', url: config.url, timeoutMs, maxBytes: 1024 }, signal)
    return { ok: true, message: `Somebody answers there (${status} to a GET). ${signing}`, details: { status } }
  }
}
