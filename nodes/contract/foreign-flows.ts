// What a package says that reads and writes the flows of another program. Pure: nothing of a foreign flow is ever run.
import { z } from 'zod'
import type { Flow } from './flow.ts'

/** What became of one entry of a foreign flow. */
export const FateSchema = z.object({
  /** As the other program knows it. */
  id: z.string(),
  type: z.string(),
  name: z.string(),
  /**
   * `node`: one node or several here; `wire`: only how others are joined; `setting`: went into the settings of others; `note`:
   * a note or a group on the canvas; `placeholder`: kept whole, does nothing here; `ignored`: nothing of it is kept.
   */
  became: z.enum(['node', 'wire', 'setting', 'note', 'placeholder', 'ignored']),
  /** Ids here. */
  nodes: z.array(z.string()),
  /** It does here exactly what it did there. */
  isExact: z.boolean(),
  /** What is different and why, for a person; empty where nothing is to be said. */
  reason: z.string(),
})
export type Fate = z.infer<typeof FateSchema>

export interface ForeignFlow {
  flow: Flow
  /** One row for each entry of the foreign document, in its order. */
  report: Fate[]
}

/** What goes on running in the other program, as one tab of it. */
export interface StayingTab {
  label: string
  info: string
  nodes: Record<string, unknown>[]
  configs: Record<string, unknown>[]
}

/** What the ports of cards mean outside of a flow. */
export interface CardPorts {
  /** The kind of event that what leaves here is told as. */
  says(type: string, port: string): string | undefined
  /** Whether a message may be put before it from outside. */
  hears(type: string, port: string): boolean
}

export interface ForeignFormat {
  /** As in `?form=`. */
  id: string
  title: string
  /** Whether a parsed document is one of these. Cheap; never throws. */
  recognises(document: unknown): boolean
  /** The flow as a person can open it. Throws FlowInvalidError where nothing can be read, never for one odd entry. */
  read(document: unknown): ForeignFlow
  /** The flow as the other program imports it. `original`: what it was read from, so that what nobody touched goes back as it came. */
  write(flow: Flow, original?: unknown, ports?: CardPorts): unknown
  /** The flow with what only the other program can do replaced by bridges to it; undefined when there is nothing of the kind. */
  stay?(flow: Flow, prefix: string): { flow: Flow; tab: StayingTab } | undefined
}
