// Where Heed may listen. Never lets a Heed without an owner be reached from another machine.
import { FatalError } from '../../nodes/contract/errors.ts'
import { isLoopbackHost } from './same-origin.ts'

/** Throws FatalError SERVER_UNSAFE_BINDING: whoever came first from the network could otherwise become the owner. */
export function assertSafeBinding(host: string, hasOwner: boolean): void {
  if (hasOwner || isLoopbackHost(host)) return
  throw new FatalError(
    'SERVER_UNSAFE_BINDING',
    `HEED_HOST is ${host}, which other machines can reach, but this Heed has no owner yet (HEED_TOKEN alone does not make one). ` +
      'Start it once without HEED_HOST, open the sign-in link it prints, choose a password, then start it with HEED_HOST again.',
  )
}
