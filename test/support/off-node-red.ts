// A Node-RED that is switched off, for tests of everything else.
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { NodeRedRouteDeps } from '../../runtime/node-red/route-deps.ts'

/** `changes` replaces any part. */
export function offNodeRed(changes: Partial<NodeRedRouteDeps['nodeRed']> = {}): NodeRedRouteDeps['nodeRed'] {
  const refuse = (): never => {
    throw new NotFoundError('NODERED_OFF', 'Node-RED is switched off.')
  }
  const status: NodeRedRouteDeps['nodeRed']['status'] = async () => ({
    isOn: false,
    isForced: false,
    state: 'off',
    reason: null,
    version: null,
    startMs: null,
    memoryBytes: null,
    crashes: 0,
    at: null,
    entries: [],
    exits: [],
    reachable: [],
  })
  return {
    status,
    change: status,
    door: refuse,
    doorFor: async () => refuse(),
    addTab: async () => refuse(),
    removeTab: async () => refuse(),
    picture: async () => undefined,
    ...changes,
  }
}
