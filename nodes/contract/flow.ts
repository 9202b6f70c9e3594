// The saved document, `heed.flow/1`. Unknown keys are kept; what a node's config means is the node's business.
import { z } from 'zod'

export const flowFormat = 'heed.flow/1'

const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'Ids are letters, digits, "_" and "-".')

export const FlowNodeSchema = z.looseObject({
  id,
  type: z.string().min(1).max(80),
  version: z.number().int().min(1),
  position: z.looseObject({ x: z.number(), y: z.number() }),
  /** What the person calls it; the type's title when absent. */
  name: z.string().max(120).optional(),
  /** Switched off by a person: it does not run, and nothing goes through it. */
  disabled: z.boolean().optional(),
  /** Stays where a person has put it when the drawing is tidied. */
  pinned: z.boolean().optional(),
  config: z.record(z.string(), z.unknown()),
})
export type FlowNode = z.infer<typeof FlowNodeSchema>

export const PortRefSchema = z.looseObject({ node: id, port: z.string().min(1).max(64) })
export type PortRef = z.infer<typeof PortRefSchema>

export const WireSchema = z.looseObject({ from: PortRefSchema, to: PortRefSchema })
export type Wire = z.infer<typeof WireSchema>

/** Words on the canvas for whoever reads the flow; they run nowhere. */
export const FlowNoteSchema = z.looseObject({
  id,
  text: z.string().max(8000),
  position: z.looseObject({ x: z.number(), y: z.number() }),
  width: z.number().min(40).max(4000).optional(),
  height: z.number().min(40).max(4000).optional(),
})
export type FlowNote = z.infer<typeof FlowNoteSchema>

/** Cards and notes that belong together, by their ids, framed under a title. A thing lies in one group at most; it runs nowhere. */
export const FlowGroupSchema = z.looseObject({ id, title: z.string().max(120), members: z.array(id).max(5000) })
export type FlowGroup = z.infer<typeof FlowGroupSchema>

/** A message kept as a sample of what comes to an in port: a card is tried with it, alone. It runs nowhere by itself. */
export const FlowPinSchema = z.looseObject({
  id,
  node: id,
  port: z.string().min(1).max(64),
  text: z.string().max(8000),
  fields: z.record(z.string(), z.unknown()).optional(),
})
export type FlowPin = z.infer<typeof FlowPinSchema>

/** Beyond any flow that a person reads; a flow of a thousand cards is one. */
export const mostNodes = 2500
export const mostWires = 9000
export const mostNotes = 2000
export const mostPins = 500

export const FlowSchema = z.looseObject({
  format: z.literal(flowFormat),
  name: z.string().min(1).max(200),
  description: z.string().max(4000).optional(),
  tags: z.array(z.string().max(60)).max(50).optional(),
  nodes: z.array(FlowNodeSchema).max(mostNodes),
  wires: z.array(WireSchema).max(mostWires),
  notes: z.array(FlowNoteSchema).max(mostNotes).optional(),
  groups: z.array(FlowGroupSchema).max(mostNotes).optional(),
  pins: z.array(FlowPinSchema).max(mostPins).optional(),
})
export type Flow = z.infer<typeof FlowSchema>

/** Who saved a version: a browser that was signed in, or a script with a token. `name` is the browser's or the token's. */
export const AuthorSchema = z.object({ by: z.enum(['browser', 'token']), name: z.string() })
export type Author = z.infer<typeof AuthorSchema>

/** Older document formats and how each becomes the next one; empty while `heed.flow/1` is the first. */
export const flowMigrations: Record<string, (old: Record<string, unknown>) => Record<string, unknown>> = {}

/** Brings any document this version can read to the present format; leaves others alone for the parser to refuse. */
export function migrateFlow(document: unknown): unknown {
  let current = document
  for (let guard = 0; guard < 100; guard++) {
    if (typeof current !== 'object' || current === null || !('format' in current)) return current
    const { format } = current
    if (typeof format !== 'string') return current
    // Only own entries: a document may call itself "valueOf".
    const migrate = Object.hasOwn(flowMigrations, format) ? flowMigrations[format] : undefined
    if (!migrate) return current
    current = migrate(current as Record<string, unknown>)
  }
  return current
}
