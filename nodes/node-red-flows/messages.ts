// Node-RED's switch, change and template as filters and templates: patterns and words that mean the same here.
import { textOf, type RedNode } from './document.ts'
import { one, type Made, type MadePort, type Translated } from './made.ts'

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const longestPattern = 500
const mostRules = 50

interface Rule {
  /** Of RE2's syntax; undefined for "otherwise". */
  pattern: string | undefined
  /** What does not fit leaves by this output. */
  isNot: boolean
  /** Compares as numbers there: 5 and 5.0 are one. */
  isNumber?: boolean
}

/** Which field a property is here: `payload` is the text. */
function fieldOf(property: unknown): string | undefined {
  const name = textOf(property) || 'payload'
  if (name === 'payload') return ''
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : undefined
}

function readRule(rule: unknown): Rule | string {
  const {
    t,
    v,
    vt,
    case: ignoresCase,
  } = (typeof rule === 'object' && rule !== null ? rule : {}) as Record<string, unknown>
  const text = textOf(v)
  const fit = (pattern: string, isNot = false): Rule => ({ pattern, isNot })
  if (t === 'else') return { pattern: undefined, isNot: false }
  if (t === 'true' || t === 'false') return fit(`^${t}$`)
  if (t === 'null' || t === 'empty') return fit('[\\s\\S]', true)
  if (t === 'nnull' || t === 'nempty') return fit('[\\s\\S]')
  if (t !== 'cont' && t !== 'eq' && t !== 'neq' && t !== 'regex')
    return `Its rule "${textOf(t).slice(0, 40)}" compares what is no text.`
  if (vt !== undefined && vt !== 'str' && vt !== 'num' && vt !== 'bool')
    return 'One of its rules compares with another value than a text.'
  if (t === 'regex') {
    if (/\(\?[=!<]|\\[1-9kuc]|\[\^?\]/.test(text))
      return 'One of its patterns looks around or back, which patterns here do not.'
    return fit(ignoresCase === true ? `(?i:${text})` : text)
  }
  if (t === 'cont') return fit(literal(text))
  return { ...fit(`^${literal(text)}$`, t === 'neq'), ...(vt === 'num' ? { isNumber: true } : {}) }
}

/** One filter a rule: side by side where every rule that fits sends, one after the other where the first one does. */
export function switchOf(node: RedNode): Translated {
  if (node['propertyType'] !== undefined && node['propertyType'] !== 'msg')
    return 'It looks at a variable of Node-RED, which is not here.'
  const field = fieldOf(node['property'])
  if (field === undefined) return 'It looks at something inside a value, which no node here does.'
  const list = Array.isArray(node['rules']) ? (node['rules'] as unknown[]) : []
  if (list.length === 0) return 'It has no rules.'
  if (list.length > mostRules) return `It has more than ${mostRules} rules.`
  const rules: Rule[] = []
  for (const rule of list) {
    const read = readRule(rule)
    if (typeof read === 'string') return read
    if ((read.pattern?.length ?? 0) > longestPattern)
      return `One of its rules is longer than ${longestPattern} characters.`
    rules.push(read)
  }
  const goesOn = node['checkall'] !== 'false' && node['checkall'] !== false
  const sorted = goesOn ? sideBySide(rules, field) : oneAfterAnother(rules, field)
  if (typeof sorted === 'string' || !rules.some(({ isNumber }) => isNumber)) return sorted
  return { ...sorted, isExact: false, reason: 'Numbers are compared as they are written: 5 and 5.0 differ here.' }
}

const filter = (pattern: string, field: string): Made['nodes'][number] => ({
  type: 'filter',
  config: { mode: 'pattern', pattern, caseSensitive: true, field },
})
const portOf = ({ isNot }: Rule): string => (isNot ? 'rest' : 'message')
const otherPort = ({ isNot }: Rule): string => (isNot ? 'message' : 'rest')

/** What no rule took leaves by the last filter's other port; "otherwise" before the last rule ends the row there. */
function oneAfterAnother(rules: Rule[], field: string): Translated {
  const nodes: Made['nodes'] = []
  const inner: NonNullable<Made['inner']> = []
  const outputs: MadePort[][] = []
  let rest: MadePort | undefined
  for (const rule of rules) {
    if (rule.pattern === undefined) {
      if (rest === undefined) return 'Its first rule is "otherwise", so everything leaves there.'
      outputs.push([rest])
      // Behind "otherwise" nothing is left.
      while (outputs.length < rules.length) outputs.push([])
      break
    }
    const at = nodes.push(filter(rule.pattern, field)) - 1
    if (rest) inner.push({ from: rest, to: [at, 'message'] })
    outputs.push([[at, portOf(rule)]])
    rest = [at, otherPort(rule)]
  }
  return { nodes, input: [[0, 'message']], outputs, inner, isExact: true, reason: '' }
}

function sideBySide(rules: Rule[], field: string): Translated {
  const nodes: Made['nodes'] = []
  const inner: NonNullable<Made['inner']> = []
  const input: MadePort[] = []
  const outputs: MadePort[][] = []
  for (const rule of rules) {
    if (rule.pattern === undefined) continue
    const at = nodes.push(filter(rule.pattern, field)) - 1
    input.push([at, 'message'])
  }
  let at = 0
  for (const [index, rule] of rules.entries()) {
    if (rule.pattern !== undefined) {
      outputs.push([[at, portOf(rule)]])
      at++
      continue
    }
    // "Otherwise" is what none of the rules before it took: a row of filters of their own.
    const before = rules.slice(0, index).filter(({ pattern }) => pattern !== undefined)
    if (before.length === 0) return 'Its first rule is "otherwise", so everything leaves there.'
    let rest: MadePort | undefined
    for (const each of before) {
      const next = nodes.push(filter(each.pattern ?? '', field)) - 1
      if (rest) inner.push({ from: rest, to: [next, 'message'] })
      else input.push([next, 'message'])
      rest = [next, otherPort(each)]
    }
    outputs.push(rest ? [rest] : [])
  }
  return { nodes, input, outputs, inner, isExact: true, reason: '' }
}

/** One rule that sets the payload to a text, or to a field, is a template; nothing else is plain enough. */
export function changeOf(node: RedNode): Translated {
  const rules = Array.isArray(node['rules']) ? (node['rules'] as unknown[]) : []
  const [rule] = rules
  const { t, p, pt, to, tot } = (typeof rule === 'object' && rule !== null ? rule : {}) as Record<string, unknown>
  const isPlain = rules.length === 1 && t === 'set' && p === 'payload' && (pt === undefined || pt === 'msg')
  const from = tot === 'msg' ? fieldOf(to) : undefined
  if (isPlain && from)
    return one(
      'template',
      { text: `{{fields.${from}}}` },
      { isExact: false, reason: 'A message without that field becomes empty instead of having no payload.' },
    )
  if (!isPlain || (tot !== undefined && tot !== 'str' && tot !== 'num' && tot !== 'bool'))
    return 'Only setting the payload to a text is plain enough; it can stay in Node-RED.'
  const text = textOf(to)
  if (text === '') return 'It empties the message, which is nothing here.'
  return text.includes('{{') || text.length > 4000
    ? 'Its text would be read as a template here.'
    : one('template', { text })
}

const known: Record<string, string> = { payload: '{{text}}' }

/** Mustache without sections: `{{payload}}` is the text, any other name a field. */
export function templateOf(node: RedNode): Translated {
  const { template, syntax = 'mustache', field = 'payload', fieldType = 'msg', output = 'str' } = node
  const source = textOf(template)
  if (field !== 'payload' || fieldType !== 'msg' || output !== 'str')
    return 'It writes something else than the text of the message.'
  if (source.length > 4000) return 'Its template is longer than 4000 characters.'
  if (source === '') return 'It empties the message, which is nothing here.'
  if (syntax === 'plain')
    return source.includes('{{') ? 'Its text would be read as a template here.' : one('template', { text: source })
  let hasMore = false
  let isEscaped = false
  const text = source.replace(/\{\{\{?\s*([^{}]*?)\s*\}?\}\}/g, (whole, name: string) => {
    const bare = name.replace(/^&\s*/, '')
    if (!whole.startsWith('{{{') && !name.startsWith('&')) isEscaped = true
    if (Object.hasOwn(known, bare)) return known[bare] ?? ''
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(bare)) hasMore = true
    return `{{fields.${bare}}}`
  })
  if (hasMore) return 'Its template has sections, parts of values, or variables of Node-RED.'
  return one(
    'template',
    { text },
    {
      isExact: !isEscaped,
      reason: isEscaped ? 'Signs such as < and & stay as they are; Node-RED writes them as HTML.' : '',
    },
  )
}
