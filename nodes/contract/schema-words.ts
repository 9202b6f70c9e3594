// Turns what a schema finds wrong into words for people: the second half of “Stay quiet for” … .
// Never shows the schema library's own sentences; a message that the schema's author wrote goes first.

/** What is read of a schema issue; the library's own type has one shape per code. */
interface Finding {
  code?: unknown
  input?: unknown
  [detail: string]: unknown
}

const typeWords: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
  null: 'empty',
  date: 'a date',
  nan: 'a number',
}

const formatWords: Record<string, string> = {
  url: 'must be a web address such as http://192.168.1.20:8080/',
  email: 'must be an e-mail address',
  regex: 'is not written in the form expected here',
  datetime: 'must be a date and time such as 2026-03-01T08:00:00Z',
  date: 'must be a date such as 2026-03-01',
  time: 'must be a time such as 08:00',
  duration: 'must be a duration',
  ipv4: 'must be an IP address',
  ipv6: 'must be an IP address',
  uuid: 'must be an identifier (UUID)',
}

export const missingWords = 'is missing: fill it in'

function plural(count: unknown, one: string, many: string): string {
  return `${String(count)} ${count === 1 || count === 1n ? one : many}`
}

function sizeWords(finding: Finding, bound: 'minimum' | 'maximum'): string {
  const least = bound === 'minimum'
  const limit = finding[bound]
  switch (finding.origin) {
    case 'string':
      if (least && limit === 1) return 'is empty: fill it in'
      return `must have at ${least ? 'least' : 'most'} ${plural(limit, 'character', 'characters')}`
    case 'array':
    case 'set':
    case 'map':
      if (least && limit === 1) return 'is empty: add at least one entry'
      return `must have at ${least ? 'least' : 'most'} ${plural(limit, 'entry', 'entries')}`
    default:
      if (finding.inclusive === false) return `must be ${least ? 'more' : 'less'} than ${String(limit)}`
      return `must be at ${least ? 'least' : 'most'} ${String(limit)}`
  }
}

function valueWords(values: unknown): string {
  const shown = Array.isArray(values)
    ? values.map((value) => (typeof value === 'string' ? `“${value}”` : String(value)))
    : []
  if (shown.length === 0) return 'has a value that is not known here'
  if (shown.length === 1) return `must be ${shown[0]}`
  return `must be one of ${shown.slice(0, 30).join(', ')}`
}

/** What is wrong, to be read after the name of the setting; without a full stop. */
export function explainFinding(finding: Finding): string {
  if (finding.input === undefined) return missingWords
  switch (finding.code) {
    case 'invalid_type':
      return `must be ${typeWords[String(finding.expected)] ?? 'of another type'}`
    case 'too_small':
      return sizeWords(finding, 'minimum')
    case 'too_big':
      return sizeWords(finding, 'maximum')
    case 'invalid_format':
      return formatWords[String(finding.format)] ?? 'is not written in the form expected here'
    case 'invalid_value':
      return valueWords(finding.values)
    case 'not_multiple_of':
      return `must be a multiple of ${String(finding.divisor)}`
    case 'unrecognized_keys':
      return `has entries that are not known here: ${Array.isArray(finding.keys) ? finding.keys.join(', ') : '?'}`
    case 'invalid_union':
      return 'has none of the forms that are understood here'
    case 'invalid_key':
      return 'has an entry with a name that is not allowed'
    default:
      return 'is not right'
  }
}

/** True when the finding is an empty place rather than a wrong value. */
export function isMissing(finding: { input?: unknown }): boolean {
  return finding.input === undefined || finding.input === '' || finding.input === null
}
