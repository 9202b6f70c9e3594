// `${NAME}` in a Node-RED flow: as Node-RED, only where it is a whole value, from the nearest of instance, subflow, group, tab
// and the file's own settings. The machine's environment is never read.
import type { RedNode } from './document.ts'

export type Environment = ReadonlyMap<string, string>

const reference = /^\$\{([A-Za-z_]\w*)\}$/
const deepest = 40

/** What an entry's `env` sets, over what is known around it. */
export function environmentOf(entry: RedNode | undefined, around: Environment): Environment {
  const list = entry?.['env']
  if (!Array.isArray(list)) return around
  const own = list.flatMap((each: unknown): [string, string][] => {
    if (typeof each !== 'object' || each === null) return []
    const { name, value, type } = each as Record<string, unknown>
    if (typeof name !== 'string' || name === '' || type === 'cred') return []
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)]]
      : []
  })
  return own.length === 0
    ? around
    : new Map([...around, ...own.map(([name, value]) => [name, fill(value, around)] as const)])
}

function fill(text: string, known: Environment): string {
  const name = reference.exec(text)?.[1]
  return name === undefined ? text : (known.get(name) ?? text)
}

/** A value with its references filled in; what is not set stays as it is. */
export function withEnvironment<T>(value: T, known: Environment, depth = 0): T {
  if (typeof value === 'string') return fill(value, known) as T
  if (depth > deepest || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each: unknown) => withEnvironment(each, known, depth + 1)) as T
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withEnvironment(each as unknown, known, depth + 1)]),
  ) as T
}

/** The first reference left in a value, as it is written; undefined when all are filled in. */
export function openReference(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return reference.test(value) ? value : undefined
  if (depth > deepest || typeof value !== 'object' || value === null) return undefined
  for (const each of Object.values(value)) {
    const found = openReference(each, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
