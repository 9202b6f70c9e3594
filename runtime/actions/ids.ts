// Ids made from what a fact is about, so that recording it a second time adds nothing. Never random.
import { createHash } from 'node:crypto'
import type { RunKey } from '../history/index.ts'

/** A UUID-shaped id, the same for the same parts. */
export function idFrom(...parts: (string | number)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  // Version 8 ("made by the application") and the usual variant, so that any UUID reader takes it.
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * The id of what a node makes at one tick of one worker's run; `count` tells apart several from the same place. Of one worker's: the
 * next one may count the same ticks again before it hears of what this one has left on disk.
 */
export function tickId(
  order: Pick<RunKey, 'streamId' | 'run' | 'generation'>,
  tick: number,
  node: string,
  port: string,
  count: number,
): string {
  return idFrom(order.streamId, order.run, order.generation, tick, node, port, count)
}

/** The id of the work an action node has with one event: the queue's job id, and what a receiver sees on every try. */
export function actionId(eventId: string, node: string, phase = ''): string {
  return phase === '' ? `${eventId}_${node}` : `${eventId}_${node}_${phase}`
}

/** The id of a stream, from its flow and its camera node. */
export function streamIdOf(flowId: string, cameraNode: string): string {
  return `${flowId}-${cameraNode}`
}
