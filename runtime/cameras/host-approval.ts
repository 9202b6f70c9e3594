// Asks the one door out (egress.ts) whether a camera, or a host that it sends us on to, may be reached, and says its "no" in
// words about the camera. Never connects.
import type { LookupAddress } from 'node:dns'
import { CodedError, FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { portOf } from '../../nodes/contract/hosts.ts'
import type { Egress } from '../egress/index.ts'
import { unlessStopped } from '../egress/index.ts'
import { hostOf } from './address.ts'

/** The addresses to connect to, and no others. */
export type ApproveHost = (host: string, port: number) => Promise<LookupAddress[]>

/** Throws FatalError CAMERA_HOST_REFUSED or CAMERA_HOST_NOT_APPROVED, RetryableError CAMERA_UNKNOWN_HOST, StoppedError, or the approval's own trouble. */
export function createHostApproval(
  egress: Pick<Egress, 'checkAddress'>,
  camera: URL,
  signal: AbortSignal,
): ApproveHost {
  return async (host, port) => {
    const isCamera = host === camera.hostname && port === portOf(camera)
    const bare = host.replace(/^\[|\]$/g, '').slice(0, 200)
    try {
      return await unlessStopped(egress.checkAddress(host, port), signal)
    } catch (error) {
      const words = isCamera ? '' : `The camera at ${hostOf(camera)} sends us on to ${bare}. `
      if (error instanceof FatalError) {
        if (error.code === 'HTTP_HOST_NOT_APPROVED')
          throw new FatalError('CAMERA_HOST_NOT_APPROVED', `${words}${error.message}`, { cause: error })
        throw new FatalError(
          'CAMERA_HOST_REFUSED',
          `${words}${error.message}${isCamera ? " Use the camera's address in your network." : ''}`,
          { cause: error },
        )
      }
      if (error instanceof CodedError) throw error
      throw new RetryableError(
        'CAMERA_UNKNOWN_HOST',
        `${words}No machine called "${bare}" is known here. Check the name, or use the camera's IP address.`,
        { cause: error },
      )
    }
  }
}
