// What the routes of node-red/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

const ExitSchema = z.object({ id: z.string(), name: z.string(), tab: z.string() })
export type NodeRedExit = z.infer<typeof ExitSchema>

const EntrySchema = ExitSchema.extend({
  /** Its flow may come to a `heed out`. */
  answers: z.boolean(),
})
export type NodeRedEntry = z.infer<typeof EntrySchema>

/** `elsewhere`: another process of this Heed runs it; `waiting`: it ended and starts again after a pause. */
const states = ['off', 'elsewhere', 'starting', 'running', 'waiting'] as const
export type NodeRedState = (typeof states)[number]

/** The Node-RED inside. */
export const NodeRedStatusSchema = z.object({
  isOn: z.boolean(),
  /** Switched on by HEED_NODE_RED, and off only with it. */
  isForced: z.boolean(),
  state: z.enum(states),
  /** Why it does not run, or how it last ended, in one sentence. */
  reason: z.string().nullable(),
  version: z.string().nullable(),
  /** From the start of its process until it answered. */
  startMs: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  /** Times it ended by itself since Heed started. */
  crashes: z.number(),
  /** Where its editor can be opened, when another process runs it. */
  at: z.string().nullable(),
  entries: z.array(EntrySchema),
  exits: z.array(ExitSchema),
  /** Paths of its HTTP nodes that answer from outside. */
  reachable: z.array(z.string()),
})
export type NodeRedStatus = z.infer<typeof NodeRedStatusSchema>

const status = z.object({ nodeRed: NodeRedStatusSchema })

export const nodeRedAnswers = {
  'GET /node-red': status,
  'PUT /node-red': status,
  'GET /node-red/pictures/:token': null,
}
