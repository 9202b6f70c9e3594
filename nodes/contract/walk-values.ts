// One way through a value of any shape and depth, in the order it is written: a document has hundreds of thousands of places, so that
// nothing is made for any of them. Pure; never recurses.

/** Where something stands; asked only of what was found. */
export interface Place {
  /** `servers.0.host` */
  dotted(): string
  /** The name it has there; empty for the whole. */
  key(): string
}

interface Level {
  value: object
  /** Null for a list. */
  keys: readonly string[] | null
  next: number
}

/**
 * Calls `onText` for every text and `onGroup` for every object that is no list, each before what is in it. The place is true
 * during the call only.
 */
export function walkValues(
  whole: unknown,
  onText: (text: string, place: Place) => void,
  onGroup?: (group: Record<string, unknown>, place: Place) => void,
): void {
  const levels: Level[] = []
  const keyAt = ({ keys, next }: Level): string => (keys === null ? String(next - 1) : (keys[next - 1] ?? ''))
  const place: Place = {
    dotted: () => levels.map(keyAt).join('.'),
    key: () => {
      const last = levels.at(-1)
      return last ? keyAt(last) : ''
    },
  }
  const enter = (value: unknown): void => {
    if (typeof value === 'string') onText(value, place)
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) levels.push({ value, keys: null, next: 0 })
    else {
      onGroup?.(value as Record<string, unknown>, place)
      levels.push({ value, keys: Object.keys(value), next: 0 })
    }
  }
  enter(whole)
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const { value, keys } = level
    const at = level.next++
    if (at >= (keys ?? (value as readonly unknown[])).length) levels.pop()
    else enter(keys === null ? (value as readonly unknown[])[at] : (value as Record<string, unknown>)[keys[at]!])
  }
}

/** A list or an object with each of its values changed by `map`; the very same one when none is another, so that what nobody changes costs nothing. */
export function mapInside(value: unknown, map: (each: unknown, key: string | number) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    let list: unknown[] | undefined
    for (let at = 0; at < value.length; at++) {
      const mapped = map(value[at], at)
      if (mapped !== value[at]) (list ??= [...(value as unknown[])])[at] = mapped
    }
    return list ?? value
  }
  let group: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const each = (value as Record<string, unknown>)[key]
    const mapped = map(each, key)
    if (mapped === each) continue
    group ??= { ...value }
    // Never by an assignment: the name `__proto__` would be none then.
    Object.defineProperty(group, key, { value: mapped, writable: true, enumerable: true, configurable: true })
  }
  return group ?? value
}
