// What the routes of system/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { lanes } from '../../nodes/contract/define.ts'
import { streamStates } from '../../nodes/contract/events.ts'

export const SystemSchema = z.object({
  /** Every stream that should run. */
  streams: z.array(
    z.object({
      stream: z.string(),
      flow: z.string(),
      flowName: z.string(),
      /** Of its camera. */
      name: z.string(),
      state: z.enum(streamStates),
      reason: z.string().nullable(),
    }),
  ),
  /** Whom cards cannot reach. */
  receivers: z.array(
    z.object({ flow: z.string(), flowName: z.string(), node: z.string(), name: z.string(), text: z.string() }),
  ),
  /** By connection: from the answers of the last ten minutes. */
  models: z.array(
    z.object({
      connection: z.string(),
      longSide: z.number(),
      streams: z.number(),
      p95Ms: z.number(),
      /** About so many streams. */
      carries: z.number(),
    }),
  ),
  lanes: z.array(
    z.object({
      lane: z.enum(lanes as ['alerts', 'questions', 'speech']),
      waiting: z.number(),
      running: z.number(),
      retrying: z.number(),
      oldestAt: z.string().nullable(),
    }),
  ),
  storage: z.object({
    /** `inMonth` and `perDay` are guesses from the last day; null until there was a whole one, and where a limit of its own says it. */
    parts: z.array(
      z.object({
        part: z.string(),
        bytes: z.number(),
        perDay: z.number().nullable(),
        inMonth: z.number().nullable(),
        keptDays: z.number().nullable(),
      }),
    ),
    /** Left on the disk of the data folder; null where that cannot be known. */
    freeBytes: z.number().nullable(),
  }),
})
export type SystemView = z.infer<typeof SystemSchema>

export const systemAnswers = { 'GET /system': SystemSchema }
