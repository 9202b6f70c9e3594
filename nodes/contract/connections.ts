// Named servers and accounts: what a kind of connection is, and the one way to define it. The secret part goes in and never
// comes out.
import { z } from 'zod'
import type { HttpPort } from './capabilities.ts'
import type { Origin } from './define.ts'

/** The name of a kind, as its definition gives it. Nobody asks for one by name: what a connection can do is in `can`. */
export const ConnectionKindSchema = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case words joined by "-"')
export type ConnectionKind = z.infer<typeof ConnectionKindSchema>

/** What a connection can be good for, each in words for whoever chose one that is not. */
export const abilityWords = {
  watch: 'watches pictures',
  detect: 'finds what it was trained on, without being told in words',
  instruct: 'follows an instruction and takes questions',
  answer: 'answers questions',
  run: 'runs a program on this machine',
  speak: 'speaks',
  listen: 'turns sound into words',
  notify: 'carries messages',
  sign: 'signs messages',
} as const
/** Beside those that Heed counts on, a package's own: for its node types only. */
export type Ability = keyof typeof abilityWords | `own-${string}`
/** Each ability with the name of the way it is done: which client does it, or which channel. */
export type Abilities = Readonly<Partial<Record<Ability, string>>>
export const AbilitySchema = z.custom<Ability>(
  (value) => typeof value === 'string' && (Object.hasOwn(abilityWords, value) || value.startsWith('own-')),
)
export const AbilitiesSchema = z.custom<Abilities>(
  (value) => z.record(AbilitySchema, z.string()).safeParse(value).success,
)

/** An ability in words for whoever chose a connection without it. */
export function wordsOfAbility(ability: Ability): string {
  return (abilityWords as Record<string, string>)[ability] ?? 'belongs to this card'
}

/** Begins the name of a connection that would run a program, among what a flow from somebody else waits for: no host has a space in it. */
export const commandMark = 'run '

/** What the compiler and the editor may know of a connection: never its secret. */
export interface ConnectionInfo {
  name: string
  kind: ConnectionKind
  can: Abilities
  /** What its kind cannot do without and nobody has entered yet, in words: "its bot token". */
  lacks?: string
}

/** What a running capability gets. `secret` is plain text here and must not be logged or returned. */
export interface Connection extends ConnectionInfo {
  config: Record<string, unknown>
  secret: Record<string, string>
}

/** One secret field of a form. */
export const SecretFieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  /** What it has to be: a `key` goes into a header or a path, an `address` is one of the web; anything when left out. */
  form: z.enum(['key', 'address']).optional(),
})
export type SecretField = z.infer<typeof SecretFieldSchema>

export interface ConnectionKindDefinition<C extends z.ZodObject = z.ZodObject> {
  kind: ConnectionKind
  title: string
  /** What it is, in one or two sentences. */
  text: string
  /** A Tabler icon name without its prefix. */
  icon: string
  group: (typeof connectionGroups)[number]
  /** What is told to everybody, with `meta` as in a node type. */
  config: C
  secrets: readonly SecretField[]
  /** Secrets of which one is enough and none too few, with their words: "its bot token". */
  needs?: { oneOf: readonly string[]; words: string }
  can: Abilities
  /** The ability that "Test" puts to work. */
  test: Ability
  /** "Test" of an ability of one's own: a sentence for a person, or throws one. */
  tryOut?(connection: Connection, ctx: { http: HttpPort; signal: AbortSignal }): Promise<string>
  /** Where "Test" sends its message when nobody is named. Pure. */
  testReceiver?(config: Readonly<Record<string, unknown>>): string
  /** What besides address, port and program decides who gets to see the secret. Pure. */
  placeOf?(config: Readonly<Record<string, unknown>>): string
  /** There from the first start under the kind's own name, with nothing to fill in; none can be added. */
  isBuiltIn?: true
  /** Not offered where a connection is added. */
  isUnlisted?: true
  /** Of a package from outside; set by Heed when it is loaded. */
  origin?: Origin
}

export type ConnectionKinds = ReadonlyMap<ConnectionKind, ConnectionKindDefinition>

/** In the order in which kinds are offered. */
export const connectionGroups = ['model', 'agent', 'voice', 'channel'] as const

/** The one way to define a kind of connection: data and pure functions. */
export function defineConnectionKind<C extends z.ZodObject>(
  definition: ConnectionKindDefinition<C>,
): ConnectionKindDefinition {
  return definition as unknown as ConnectionKindDefinition
}

/** What the connections of such a kind lack, in words; undefined when nothing. */
export function lackOf(
  definition: Pick<ConnectionKindDefinition, 'needs'> | undefined,
  hasSecret: readonly string[],
): string | undefined {
  const needs = definition?.needs
  return needs && !needs.oneOf.some((name) => hasSecret.includes(name)) ? needs.words : undefined
}

/** What connections are good for of which some kinds run a program on this machine. */
export function programAbilities(kinds: ConnectionKinds): Set<Ability> {
  const running = [...kinds.values()].filter(({ can }) => can.run !== undefined)
  return new Set(running.flatMap(({ can }) => Object.keys(can) as Ability[]))
}
