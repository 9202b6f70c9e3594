// A saved flow as it may be given away: without user names, passwords, keys and tokens, wherever they stand, and with the list of what
// was taken out. Everything else stays, in its order. Pure, and doing it twice changes nothing more.
import { z } from 'zod'
import {
  addressField,
  hiddenIn,
  hiddenMark,
  hideInAddress,
  secretCharacters,
  withoutSecret,
} from './address-secrets.ts'
import { replaceAddresses } from './addresses.ts'
import type { Flow } from './flow.ts'
import { createCleaner } from './own-secrets.ts'
import { removedMark, withoutSaidSecrets } from './free-text-secrets.ts'

/** One secret that an export has left out. */
const RemovedSchema = z.object({
  /** Null for the flow itself. */
  node: z.string().max(64).nullable(),
  /** Where: dotted, into the node's config or the document. */
  field: z.string().min(1).max(400),
  /** `login` and `address`: of an address; `field` and `header`: a whole value; `text`: in a sentence. */
  what: z.enum(['login', 'address', 'field', 'header', 'text']),
})
export type Removed = z.infer<typeof RemovedSchema>

/** Of a config's field: `password`, `apiKey`, `access_token`, `botToken`, but not `maxTokens` or `hotkey`. */
const secretKey =
  /^(?:.*[_-])?(?:pass(?:word|wd|phrase|code)?|pwd|psw|pin|secret|token|credentials?|authorization|cookie)$|[a-z0-9](?:Pass(?:word|wd|phrase|code)?|Pwd|Pin|Secret|Token|Credentials?|Authorization|Cookie)$|^(?:.*[_-])?(?:api|access|auth|private|secret|signing|client|stream)[_-]?key$|(?:api|access|auth|private|secret|signing|client|stream)Key$/
const secretName = (name: string): boolean =>
  secretKey.test(name) ||
  secretCharacters.test(name) ||
  (/^[A-Z]/.test(name) && (secretKey.test(name.toLowerCase()) || secretKey.test(lowerFirst(name))))
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
const secretHeader = /auth|token|key|secret|cookie|session|signature|passw/i
const headersField = /headers?$/i
const isTemplate = (text: string): boolean => /^\{\{[^}]*\}\}$/.test(text.trim())

/** What a program is given behind `--password`, or behind `-u` as `name:password`. */
function isArgument(before: unknown, text: string): boolean {
  if (typeof before !== 'string' || text === '' || text.startsWith('-')) return false
  if (/^(?:-u|-U|--user|--proxy-user)$/.test(before)) return /^[^:]{1,64}:./.test(text)
  return /^--?[a-z]/i.test(before) && secretName(before.replace(/^-+/, ''))
}

/** Stands for an address while the sentence around it is read. */
const addressMark = '\ue000'

interface Place {
  node: string | null
  path: string[]
}

const wide: Record<string, string> = {
  '：': ':',
  '＠': '@',
  '／': '/',
  '．': '.',
  '＃': '#',
  '？': '?',
  '＝': '=',
  '＆': '&',
}

/** An address with a login that was typed with a Chinese keyboard's signs, in those of every other. Else the text as it is. */
function narrowed(text: string): string {
  if (!/[：＠／．＃？＝＆]/.test(text)) return text
  return text.replace(/[\x21-\x7e：＠／．＃？＝＆]{5,400}/g, (run) => {
    const plain = run.replace(/[：＠／．＃？＝＆]/g, (sign) => wide[sign] ?? sign)
    return plain !== run && (/:\/\//.test(plain) || /[^:@]:[^@]+@./.test(plain)) ? plain : run
  })
}

class Taking {
  readonly removed: Removed[] = []
  readonly secrets = new Set<string>()

  note({ node, path }: Place, what: Removed['what'], secret: string): void {
    this.removed.push({ node, field: path.join('.').slice(0, 400) || 'name', what })
    if (secret !== '' && secret !== hiddenMark) this.secrets.add(secret)
  }

  address(text: string, isAddress: boolean, place: Place): string {
    for (const { slot, value } of hideInAddress(text, isAddress)?.secrets ?? [])
      this.note(place, slot === '' ? 'login' : 'address', value)
    for (const slot of hiddenIn(text)?.slots ?? []) this.note(place, slot === '' ? 'login' : 'address', '')
    return withoutSecret(text, isAddress)
  }

  text(typed: string, place: Place): string {
    const text = narrowed(typed)
    const whole = withoutSecret(text, addressField.test(place.path.at(-1) ?? ''))
    if (whole !== text) return this.address(text, addressField.test(place.path.at(-1) ?? ''), place)
    const addresses: string[] = []
    const sentence = replaceAddresses(text.replaceAll(addressMark, ' '), (each) => {
      addresses.push(this.address(each, false, place))
      return addressMark
    })
    // `admin:hunter2@10.0.0.7` in the middle of a sentence, without a scheme.
    const words = sentence.includes('@')
      ? sentence.replace(/[^\s"'<>]{3,400}/g, (each) => (/:.*@/.test(each) ? this.address(each, false, place) : each))
      : sentence
    const { text: clean, secrets } = withoutSaidSecrets(words)
    for (const secret of secrets) this.note(place, 'text', secret)
    return clean.replaceAll(addressMark, () => addresses.shift() ?? '')
  }

  value(value: unknown, place: Place, isHeader = false): unknown {
    const name = place.path.at(-1) ?? ''
    if (typeof value === 'string') {
      if (value !== '' && !isTemplate(value) && (secretName(name) || (isHeader && secretHeader.test(name)))) {
        this.note(place, isHeader ? 'header' : 'field', value)
        return ''
      }
      return this.text(value, place)
    }
    if (typeof value === 'number' && /^(?:.*[_-])?(?:pin|pass(?:word|code))$/i.test(name)) {
      this.note(place, 'field', String(value))
      return ''
    }
    if (Array.isArray(value))
      return value.map((each, at) => {
        const inside = { ...place, path: [...place.path, String(at)] }
        if (typeof each !== 'string' || isTemplate(each) || !isArgument(value[at - 1], each))
          return this.value(each, inside, headersField.test(name))
        this.note(inside, 'field', each)
        return ''
      })
    if (typeof value !== 'object' || value === null) return value
    return this.group(value, place, headersField.test(name))
  }

  private group(group: object, place: Place, isHeaders: boolean): Record<string, unknown> {
    const entries = Object.entries(group)
    // `{ name: 'Authorization', value: '…' }`, as lists of headers are written.
    const header = entries.find(
      ([key, each]) => /^(?:name|key|header)$/i.test(key) && typeof each === 'string',
    )?.[1] as unknown
    const isPair = typeof header === 'string' && (secretHeader.test(header) || secretName(header))
    return Object.fromEntries(
      entries.map(([key, each]) => {
        const inside = { ...place, path: [...place.path, key] }
        if (
          isPair &&
          /^(?:val(?:ue)?|content)$/i.test(key) &&
          typeof each === 'string' &&
          each !== '' &&
          !isTemplate(each)
        ) {
          this.note(inside, 'header', each)
          return [key, '']
        }
        return [key.includes('://') ? this.text(key, inside) : key, this.value(each, inside, isHeaders)]
      }),
    )
  }
}

/** Such a word is no name of anything else in a flow: it is taken out wherever it stands. */
const isDistinct = (secret: string): boolean =>
  secret.length >= 6 && (/[^A-Za-z]/.test(secret) || /[a-z][A-Z]/.test(secret) || secret.length >= 14)

/** The password of `user:password` is one by itself. */
function partsOf(secret: string): string[] {
  const colon = secret.indexOf(':')
  return colon > 0 ? [secret, secret.slice(colon + 1)] : [secret]
}

/** What is drawn and wired keeps its names; the rest is read as text. */
const structural = new Set(['id', 'type', 'version', 'position'])

type Visit = (value: unknown, place: Place) => unknown

function mapDocument(document: Flow, visit: Visit): Flow {
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => {
      if (key === 'format' || key === 'wires') return [key, value]
      if (key !== 'nodes') return [key, visit(value, { node: null, path: [key] })]
      return [key, document.nodes.map((node) => mapNode(node, visit))]
    }),
  ) as Flow
}

function mapNode(node: Flow['nodes'][number], visit: Visit): unknown {
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      structural.has(key) ? [key, value] : [key, visit(value, { node: node.id, path: key === 'config' ? [] : [key] })],
    ),
  )
}

/** The same secret in any other place of the document, in the ways it is commonly written. */
function sweep(document: Flow, secrets: Iterable<string>, taking: Taking): Flow {
  const clean = createCleaner([...secrets].flatMap(partsOf).filter(isDistinct))
  const sweepText = (text: string, place: Place): string => {
    const kept = text.replaceAll(hiddenMark, addressMark)
    const cleaned = clean(kept)
    if (cleaned === kept) return text
    taking.note(place, 'text', '')
    return cleaned.replaceAll(hiddenMark, removedMark).replaceAll(addressMark, hiddenMark)
  }
  const visit: Visit = (value, place) => {
    if (typeof value === 'string') return sweepText(value, place)
    if (Array.isArray(value))
      return value.map((each, at) => visit(each, { ...place, path: [...place.path, String(at)] }))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, each]: [string, unknown]) => [
        key,
        visit(each, { ...place, path: [...place.path, key] }),
      ]),
    )
  }
  return mapDocument(document, visit)
}

/**
 * The document to give away, and what was taken out of it. `known`: secrets that this Heed keeps for the flow and its connections; they
 * may stand in a sentence as well.
 */
export function takeOutSecrets(document: Flow, known: readonly string[] = []): { document: Flow; removed: Removed[] } {
  const { removed: past, ...rest } = document
  const taking = new Taking()
  const first = mapDocument(rest as Flow, (value, place) => taking.value(value, place))
  const all = new Set([...known, ...taking.secrets])
  const second = all.size === 0 ? first : sweep(first, all, taking)
  return { document: second, removed: mergeRemoved(taking.removed, past, second) }
}

/** What was left out now, and what an earlier export had left out and nobody has filled in since. */
function mergeRemoved(now: readonly Removed[], past: unknown, document: Flow): Removed[] {
  const keyOf = ({ node, field, what }: Removed): string => JSON.stringify([node, field, what])
  const earlier = Array.isArray(past)
    ? past.slice(0, 1000).flatMap((each) => RemovedSchema.safeParse(each).data ?? [])
    : []
  const nodes = new Map(document.nodes.map((node) => [node.id, node]))
  const taken = new Set(now.map(keyOf))
  const still = earlier.filter((each) => {
    const node = each.node === null ? document : nodes.get(each.node)
    return node !== undefined && !taken.has(keyOf(each))
  })
  return [...now, ...still]
}

/** One removed secret in words; `nameOf` gives a card's name. */
export function removedWords({ node, field, what }: Removed, nameOf: (node: string) => string): string {
  const where = node === null ? `“${field}” of the flow` : `“${field}” of “${nameOf(node)}”`
  switch (what) {
    case 'login':
      return `The user name and password in ${where}`
    case 'address':
      return `The key in the address in ${where}`
    case 'field':
      return `The value of ${where}`
    case 'header':
      return `The header ${where}`
    case 'text':
      return `A password or key in ${where}`
  }
}
