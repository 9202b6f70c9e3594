// The shapes that this folder owns, and what may come out of the child: nothing of it is believed before it is read.
import { z } from 'zod'
import type { NodeRedStatus } from './route-answers.ts'

export const mostTextLength = 10_000
const mostFieldsLength = 64 * 1024
/** Node-RED's own editor takes no more than 5 MB at once. */
const mostKeptLength = 16 * 1024 * 1024

const named = z.object({ id: z.string().max(200), name: z.string().max(200), tab: z.string().max(200) })
const entry = named.extend({ answers: z.boolean() })
const text = z.string().max(mostTextLength, `is longer than ${mostTextLength} characters`)
const fields = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= mostFieldsLength, 'has fields of more than 64 KB')
  .default({})
const askedBase = { type: z.literal('asked'), id: z.string().max(300) }

/** What the child may say. */
export const ChildWordSchema = z.union([
  z.object({ type: z.literal('ready'), port: z.number().int().min(1).max(65_535), version: z.string().max(40) }),
  z.object({ type: z.literal('nodes'), entries: z.array(entry).max(5_000), exits: z.array(named).max(5_000) }),
  z.object({ type: z.literal('took'), id: z.string().max(300), answers: z.boolean() }),
  z.object({ ...askedBase, became: z.literal('answered'), text, fields }),
  z.object({ ...askedBase, became: z.literal('threw'), text: z.string() }),
  z.object({ ...askedBase, became: z.enum(['done', 'gone', 'lost', 'twice']) }),
  z.object({ type: z.literal('given'), id: z.string().max(100), exit: z.string().max(200), text, fields }),
  z.object({
    type: z.literal('keep'),
    id: z.string().max(100),
    what: z.enum(['flows', 'credentials']),
    text: z.string().max(mostKeptLength),
  }),
  z.object({ type: z.literal('pong'), rssBytes: z.number() }),
  z.object({ type: z.literal('crashed'), message: z.string() }),
])
export type ChildWord = z.output<typeof ChildWordSchema>

/** How it went with what was handed over. */
export type Asked =
  | { became: 'answered'; text: string; fields: Record<string, unknown> }
  | { became: 'threw'; text: string }
  | { became: 'done' | 'gone' | 'lost' | 'twice' | 'silent' | 'taken' }

/** What it goes on with on any machine, as JSON; its credentials as it has encrypted them. */
export interface Kept {
  flows?: string
  credentials?: string
}

/** What a Node-RED flow sends without having been asked. */
export interface Given {
  id: string
  exit: string
  text: string
  fields: Record<string, unknown>
}

export type { NodeRedEntry, NodeRedExit, NodeRedState, NodeRedStatus } from './route-answers.ts'

/** What the owner has set. */
export const SwitchSchema = z.object({
  isOn: z.boolean(),
  reachable: z
    .array(z.string().regex(/^\/[A-Za-z0-9._~/-]{1,200}$/, 'must be a path such as /doorbell'))
    .max(50)
    .default([]),
})
export type Switch = z.output<typeof SwitchSchema>

/** A part of what is kept, in its row: the text as it came, also where it is no plain JSON. */
export const KeptSchema = z.object({ text: z.string() })

export interface NodeRedStore {
  /** Undefined while nobody has ever switched it. */
  readSwitch(): Promise<Switch | undefined>
  writeSwitch(set: Switch): Promise<void>
  /** One process at a time: true for the one that holds it, for `forMs` from now by the database's clock. `takesOver`: whoever held it before is dead. */
  hold(by: { holder: string; url: string; status: NodeRedStatus }, forMs: number, takesOver: boolean): Promise<boolean>
  release(holder: string): Promise<void>
  readKept(): Promise<Kept>
  /** False when `holder` does not hold it any more: another one may have deployed since. */
  keep(holder: string, what: keyof Kept, text: string): Promise<boolean>
  /** Who holds it now. */
  holder(): Promise<{ holder: string; url: string; status: NodeRedStatus } | undefined>
}
