// What a package from outside imports as `heed/contract`: the whole contract by one name. Heed's own packages take its files.
export {
  defineAction,
  defineNode,
  defineSource,
  does,
  port,
  type ActionContext,
  type ActionNode,
  type ActionResult,
  type CheckContext,
  type NodeDefinition,
  type Origin,
  type Ports,
  type Received,
  type Sent,
  type SourceContext,
  type SourceNode,
  type TickContext,
  type TickInfo,
  type TickNode,
} from './define.ts'
export {
  defineConnectionKind,
  type Ability,
  type Connection,
  type ConnectionInfo,
  type ConnectionKindDefinition,
  type SecretField,
} from './connections.ts'
export { FatalError, RetryableError, StoppedError, isStopped, type Problem } from './errors.ts'
export type { Decision, EventKind, Message, NodeStatus } from './events.ts'
export type { Frame, Taps } from './frames.ts'
export type { HttpPort, HttpRequest, HttpResponse } from './capabilities.ts'
export type { FieldMeta, Widget } from './widgets.ts'

/** Stands in a package's `flow.contract`. Grows when what a package relies on changes so that an older one breaks. */
export const contractVersion = 1
