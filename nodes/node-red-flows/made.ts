// What a node of Node-RED becomes here, before it has ids and wires.
import type { RedNode } from './document.ts'

/** A port of one of the made nodes, by its place in the list. */
export type MadePort = [node: number, port: string]

export interface Made {
  nodes: { type: string; version?: number; name?: string; config: Record<string, unknown> }[]
  /** Where its input leads to; empty when nothing can come in. */
  input: MadePort[]
  /** What each of its outputs is. */
  outputs: MadePort[][]
  inner?: { from: MadePort; to: MadePort }[]
  /** For a node of Heed's own: which of its ports a wire leads into, by where it comes from. */
  portsFor?: (from: string, output: number) => readonly string[]
  /** Where a person placed it here. */
  position?: { x: number; y: number }
  isExact: boolean
  reason: string
}

/** What it becomes, or in a sentence why it stays as it is. */
export type Translated = Made | string

export interface World {
  setting(id: unknown): RedNode | undefined
}

/** One node here that takes the message in `message` and gives it on from the ports in the order of the outputs. */
export function one(
  type: string,
  config: Record<string, unknown>,
  {
    outputs = ['message'],
    isExact = true,
    reason = '',
  }: { outputs?: string[]; isExact?: boolean; reason?: string } = {},
): Made {
  const made: MadePort[][] = outputs.map((port) => [[0, port]])
  return { nodes: [{ type, config }], input: [[0, 'message']], outputs: made, isExact, reason }
}
