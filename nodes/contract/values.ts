// Values that a model puts behind its sentence as JSON: parts the sentence from them. Pure; what they are worth, and which of
// them count, is for whoever asked for them to say.

/** An object longer than this is no list of values. */
const longestJson = 4000
/** So many beginnings are tried, from the last one on: text may be full of braces. */
const mostTried = 20

export interface Saying {
  /** What is left for people; never empty where there are values. */
  text: string
  values?: Record<string, unknown>
}

/** The last JSON object in a text, and the text without it. */
export function splitValues(said: string): Saying {
  const end = said.lastIndexOf('}')
  let start = said.lastIndexOf('{', end)
  for (let tried = 0; start >= 0 && end - start < longestJson && tried < mostTried; tried++) {
    const values = readObject(said.slice(start, end + 1))
    if (values) {
      const text = [said.slice(0, start), said.slice(end + 1)]
        .map((part) =>
          part
            .replace(/```(?:json)?/gi, ' ')
            .replace(/\s+/g, ' ')
            .trim(),
        )
        .filter((part) => part !== '')
        .join(' ')
      return { text: text === '' ? inWords(values) : text, values }
    }
    start = start === 0 ? -1 : said.lastIndexOf('{', start - 1)
  }
  return { text: said }
}

function readObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** For a model that says nothing but its values. */
function inWords(values: Record<string, unknown>): string {
  const words = Object.entries(values).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : (JSON.stringify(value) ?? '')}`,
  )
  return words.join(', ') || '{}'
}
