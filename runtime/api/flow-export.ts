// A saved flow as it may be given away: without user names, passwords, keys and tokens. Everything else stays, in its order.
// Pure, and doing it twice changes nothing more.
import type { Flow } from '../../nodes/contract/flow.ts'

// The scheme has a bound: a long run of letters is read once, not once from each of them.
const url = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]+/gi
/** Of a config's field: `password`, `apiKey`, `access_token`, `botToken`, but not `maxTokens` or `hotkey`. */
const secretKey =
  /^(?:.*[_-])?(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|authorization)$|[a-z0-9](?:Pass(?:word|wd|phrase)?|Pwd|Secret|Token|Credentials?|Authorization)$|^(?:.*[_-])?(?:api|access|auth|private|secret|signing|client)[_-]?key$|(?:api|access|auth|private|secret|signing|client)Key$/
/** Of an address: what stands behind `&access_token=` or `?pwd=`. */
const secretParameter =
  /([?&;](?:[a-z0-9]+[_-])*(?:pass(?:word|wd)?|pwd|secret|token|accesstoken|apikey|key|credentials?|auth|authorization|signature|sig)=)[^&#;]*/gi

/** Addresses that are as good as a password, up to where the secret begins. They belong into connections; people paste them anyway. */
const secretAddresses: readonly RegExp[] = [
  /^(https:\/\/hooks\.slack(?:-gov)?\.com\/[a-z]+\/).+$/i,
  /^(https:\/\/(?:[a-z]+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/).+$/i,
  /^(https:\/\/api\.telegram\.org\/bot)[^/]+(.*)$/i,
  /^(https:\/\/open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook\/).+$/i,
  /^(https:\/\/[^/]*webhook\.office\.com\/).+$/i,
  /^(https:\/\/hooks\.zapier\.com\/hooks\/catch\/).+$/i,
  /^(https:\/\/maker\.ifttt\.com\/trigger\/[^/]+\/(?:json\/)?with\/key\/).+$/i,
]

/** Without user name and password. Passwords of cameras have `/`, `#` and `?` in them, typed as they are. */
function withoutUser(address: string): string {
  const [scheme = '', rest = ''] = [
    address.slice(0, address.indexOf('://') + 3),
    address.slice(address.indexOf('://') + 3),
  ]
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? ''
  if (authority.includes('@')) return scheme + rest.slice(authority.lastIndexOf('@') + 1)
  const isHost = /^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(authority)
  return isHost || !rest.includes('@') ? address : scheme + rest.slice(rest.lastIndexOf('@') + 1)
}

function cleanAddress(address: string): string {
  const bare = withoutUser(address).replace(secretParameter, '$1')
  const known = secretAddresses.find((each) => each.test(bare))
  return known
    ? bare.replace(known, (_whole, head: string, tail: unknown) => head + (typeof tail === 'string' ? tail : ''))
    : bare
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('://') ? value.replace(url, cleanAddress) : value
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && secretKey.test(key) ? '' : clean(each),
    ]),
  )
}

/** The document to give away. */
export function withoutSecrets(document: Flow): Flow {
  return clean(document) as Flow
}

/** A document from elsewhere, without the marks that stand for passwords kept there: here they would promise one. */
export function withoutMarks(document: Flow): Flow {
  return JSON.parse(JSON.stringify(document).replaceAll('://***@', '://')) as Flow
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
