// Text that Postgres takes: it has no room for NUL, and refuses half a surrogate pair inside JSON as soon as it looks into it.
// Both come from outside: a model's answer, an imported flow.

/** The text without NUL, halves of pairs replaced by U+FFFD. */
export function plainText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [plainText(key), clean(each)]))
}

/** JSON with the same done to every string in it; nearly always the value itself. */
export function plainJson<T>(value: T): T {
  return /\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)) ? (clean(value) as T) : value
}
