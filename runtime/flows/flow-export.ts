// A saved flow as it may be given away: without user names, passwords, keys and tokens. Everything else stays, in its order.
// Pure, and doing it twice changes nothing more.
import { addressField, hiddenMark, withoutMark, withoutSecret } from '../../nodes/contract/address-secrets.ts'
import { replaceAddresses } from '../../nodes/contract/addresses.ts'
import type { Flow } from '../../nodes/contract/flow.ts'

/** Of a config's field: `password`, `apiKey`, `access_token`, `botToken`, but not `maxTokens` or `hotkey`. */
const secretKey =
  /^(?:.*[_-])?(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|authorization)$|[a-z0-9](?:Pass(?:word|wd|phrase)?|Pwd|Secret|Token|Credentials?|Authorization)$|^(?:.*[_-])?(?:api|access|auth|private|secret|signing|client)[_-]?key$|(?:api|access|auth|private|secret|signing|client)Key$/
function cleanText(text: string, isAddress: boolean): string {
  const whole = withoutSecret(text, isAddress)
  return whole === text ? replaceAddresses(text, withoutSecret) : whole
}

function clean(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return cleanText(value, addressField.test(field))
  if (Array.isArray(value)) return value.map((each) => clean(each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && secretKey.test(key) ? '' : clean(each, key),
    ]),
  )
}

/** The document to give away. */
export function withoutSecrets(document: Flow): Flow {
  return clean(document) as Flow
}

function unmark(value: unknown): unknown {
  if (typeof value === 'string') return value.includes(hiddenMark) ? replaceAddresses(value, withoutMark) : value
  if (Array.isArray(value)) return value.map(unmark)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unmark(each)]))
}

/** A document from elsewhere, without the marks that stand for passwords kept there: here they would promise one. */
export function withoutMarks(document: Flow): Flow {
  return unmark(document) as Flow
}

/** `Fall alert` → `fall-alert.heed.json`: a name that every system takes. */
export function fileNameOf(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80)
    .toLowerCase()
  return `${plain === '' ? 'flow' : plain}.heed.json`
}
