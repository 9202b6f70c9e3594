// Passwords, keys and tokens that people wrote into a sentence: an instruction, a description, a header. Pure. Takes out only what
// is said to be one or has the shape of one; every finding is shown to a person before anything leaves.

/** Stands in a sentence where a secret was. */
export const removedMark = '[removed]'

/** Shapes that services give to their keys. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g,
  /(?<![\w-])(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}/g,
  /(?<![\w-])(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|xapp-|hf_|npm_|tk_|dop_v1_|SG\.|ya29\.)[A-Za-z0-9._-]{12,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\b\d{6,12}:[A-Za-z0-9_-]{30,}/g,
]
const headerLine =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,30}(?:key|token|auth|secret)[\w-]{0,20}|api-key)(\s*[:=]\s*)([^\r\n]+)/gi
const scheme = /\b(Bearer|Basic|Digest|Token)(\s+)([\w.~+/=-]{8,})/gi

const names =
  'pass(?:word|wd|phrase|code)?|passwort|kennwort|pwd|psw|pw|psk|pin(?:[ -]?code)?|secret(?:[ _-]?key)?|(?:api|access|auth|private|signing|client|secret|stream|wi-?fi|wlan|wpa2?|wep)[ _-]?(?:key|token|secret)|token|credentials?|contrase[ñn]a|mot de passe|senha|пароль'
/** Written without a blank before or behind: 登录密码, 门禁密码是. */
const joinedNames = '密码|密碼|口令|密钥|秘钥|密匙|令牌|验证码|驗證碼|授权码|パスワード|暗証番号|비밀번호'
/** `MYSQL_PASSWORD=`, `PGPASSWORD=`: with a sign of equality it is one whatever stands before. */
const before = `(?:(?<![\\p{L}\\p{N}_])(?:(?:[\\w-]{1,30}[_-])?(?:${names})|[\\w-]{1,30}(?:password|passwd|passphrase|secret)(?=\\s*=))|(?:${joinedNames}))`
const quoted = /["'“‘「`](?<quoted>[^"'”’」`\r\n]{1,200}?)\\*["'”’」`]/.source
const word = '(?<word>[^\\s"“「`,;\\uE000][^\\s"”」`,;\\uE000]*)'
/** "password: x", "PIN = 'x y'". */
const assigned = new RegExp(`(?<lead>${before}\\\\*["']?\\s*(?:[:=：＝]|=>|->)\\s*\\\\*)(?:${quoted}|${word})`, 'giu')
/** 密码hunter2: Chinese needs neither a blank nor a verb. */
const joined = new RegExp(`(?<lead>(?:${joinedNames})\\s*[是为為はが]?\\s*)(?<word>[\\x21-\\x7e]{4,100})`, 'giu')
/** "the password is x", "密码是x", "password 'x'", "password x". */
const told = new RegExp(
  `(?<lead>${before}(?<is>\\s+(?:is|ist|lautet|est|es|e|é|è|was|to|für|of|for)\\s*:?\\s+|\\s*[是为為は]\\s*|\\s+))(?:${quoted}|${word})`,
  'giu',
)
/** "login admin / hunter2", "-u admin:hunter2". */
const pair =
  /(?<lead>(?:(?<![\p{L}])(?:log[ -]?in|credentials?|sign in|user(?:name)?|account)(?:\s+(?:with|as|is))?\s*[:=]?\s*|(?:^|\s)(?:-u|--user)[ =]))(?<user>[^\s/:,]{2,40})(?<by>\s*[/:]\s*)(?<word>[^\s,;\uE000]{4,})/giu

/** "Login: admin, hunter2", "login admin hunter2": only what no sentence would go on with. */
const twoWords =
  /(?<lead>(?<![\p{L}])(?:log[ -]?in|credentials?)\s*[:=]?\s*)(?<user>[\w.@-]{2,40})(?<by>\s*,\s*|\s+)(?<word>(?=\S*\d)(?=\S*[a-z])[^\s,;\uE000]{6,})/giu
/** What programs are given on a command line, and what stands in their files, as `lead` and `word`. */
const written: readonly RegExp[] = [
  /(?<lead>(?:^|\s)(?:-U|--proxy-user)[ =]\S{1,64}?:)(?<word>\S+)/g,
  /(?<lead>\bsshpass\s+-p\s*)(?<word>\S+)/g,
  /(?<lead>\b(?:mysql|mariadb)\w*\b[^\r\n]{0,200}?\s-p)(?<word>[^\s-]\S{3,})/g,
  /(?<lead>\bmosquitto_\w+\b[^\r\n]{0,200}?\s(?:-P|--pw)\s+)(?<word>\S+)/g,
  new RegExp(`(?<lead><(?:[\\w-]{1,30}[:_-])?(?:${names})\\b[^<>]{0,200}>)(?<word>[^<>\\r\\n]{1,200})(?=</)`, 'giu'),
  /(?<lead>\\\\[^\s:@\\]{1,64}:)(?<word>[^\s@\\]{1,100})(?=@)/g,
  /(?<lead>\bWIFI:[^\r\n]{0,200}?\bP:)(?<word>[^;\r\n]{1,100})/g,
  /(?<lead>\bDigest\s[^\r\n]{0,400}?\bresponse=")(?<word>[^"\r\n]+)/gi,
  /(?<lead>(?<![\w-])[\w-]{1,40}=)(?<word>[^\s;,=]{6,200}={0,2})(?=;\s*(?:path|domain|expires|max-age|httponly|secure|samesite)\b)/gi,
]

/** What stands behind "the password is" when no password does. */
const common =
  /^(?:not?|wrong|right|correct|incorrect|missing|shown|visible|hidden|entered|typed|written|asked|required|needed|set|changed|empty|weak|strong|given|known|unknown|lost|expired|valid|invalid|on|in|at|there|here|true|false|yes|ok|secret|private|public|protected|the|a|an|this|that|it|and|or|page|field|prompt|screen|manager|card|number|code|codes|box|form|reset|please|being|about|from|by)$/iu

function looksSecret(text: string): boolean {
  if (text.length < 4 || /^[\p{P}\s]+$/u.test(text)) return false
  const plain = text.replace(/[.,;:!?)\]]+$/, '')
  return (
    (/\d/.test(plain) && (/\p{L}/u.test(plain) || plain.length >= 4)) ||
    /[!@#$%^&*_+~=?]/.test(plain.slice(1)) ||
    /\p{Ll}\p{Lu}/u.test(plain)
  )
}

/** A name for something else, or nothing at all. */
const isPlaceholder = (text: string): boolean => /^(?:\{\{|\$\{|<|\[removed|\*{3,}|…|\.{3}|-+$)/.test(text)

/** What of a word belongs to the sentence around it. */
function withoutEnd(text: string): string {
  return text.replace(/(?:[.,;:!?]+|[)\]}>]+)$/, (tail) => (text.length > tail.length ? '' : tail))
}

interface Groups {
  lead: string
  quoted?: string
  word?: string
  is?: string
  user?: string
  by?: string
}

/** The text with a mark for each secret it says, and the secrets. */
export function withoutSaidSecrets(text: string): { text: string; secrets: string[] } {
  const secrets: string[] = []
  const take = (secret: string): string => {
    secrets.push(secret)
    return removedMark
  }
  const takeValue = (whole: string, { lead, quoted: inQuotes, word: plain = '' }: Groups, hasEnd = true): string => {
    const value = inQuotes ?? (hasEnd ? withoutEnd(plain) : plain)
    if (value === '' || isPlaceholder(value)) return whole
    const at = whole.indexOf(value, lead.length)
    return whole.slice(0, at) + take(value) + whole.slice(at + value.length)
  }
  const groupsOf = (all: readonly unknown[]): Groups => all.at(-1) as Groups

  let done = text
  for (const shape of shapes) done = done.replace(shape, take)
  done = done.replace(headerLine, (whole, name: string, by: string, value: string) =>
    isPlaceholder(value) ? whole : `${name}${by}${take(value.trim())}`,
  )
  done = done.replace(scheme, (whole, name: string, by: string, value: string) =>
    /\d/.test(value) || value.length >= 20 ? `${name}${by}${take(value)}` : whole,
  )
  for (const each of written)
    done = done.replace(each, (whole: string, ...all: unknown[]) => takeValue(whole, groupsOf(all), false))
  done = done.replace(assigned, (whole: string, ...all: unknown[]) => {
    const groups = groupsOf(all)
    const [offset, sentence] = [all.at(-3) as number, all.at(-2) as string]
    // 节省令牌：有变化时…: a word with such an end, and no password behind it.
    const isInWord = offset > 0 && /\p{L}/u.test(sentence.charAt(offset - 1)) && groups.quoted === undefined
    return isInWord && /^\p{Script=Han}/u.test(groups.word ?? '') ? whole : takeValue(whole, groups)
  })
  done = done.replace(told, (whole: string, ...all: unknown[]) => {
    const groups = groupsOf(all)
    const [offset, sentence] = [all.at(-3) as number, all.at(-2) as string]
    const value = groups.quoted ?? withoutEnd(groups.word ?? '')
    const isLast =
      /^\s*(?:$|[\r\n.,;!。，])/.test(sentence.slice(offset + whole.length, offset + whole.length + 40)) ||
      /[.,;!]$/.test(whole)
    const isNamed = groups.quoted === undefined && groups.is?.trim() !== '' && isLast && value.length >= 4
    // `<Password Type="x">`
    if (value.endsWith('=')) return whole
    return looksSecret(value) || (isNamed && !common.test(value)) ? takeValue(whole, groups) : whole
  })
  done = done.replace(joined, (whole: string, ...all: unknown[]) => {
    const groups = groupsOf(all)
    return looksSecret(withoutEnd(groups.word ?? '')) ? takeValue(whole, groups) : whole
  })
  done = done.replace(twoWords, (whole: string, ...all: unknown[]) => takeValue(whole, groupsOf(all)))
  done = done.replace(pair, (whole: string, ...all: unknown[]) => {
    const groups = groupsOf(all)
    const value = withoutEnd(groups.word ?? '')
    if (!looksSecret(value) || isPlaceholder(value)) return whole
    return `${groups.lead}${groups.user ?? ''}${groups.by ?? ''}${take(value)}${(groups.word ?? '').slice(value.length)}`
  })
  return { text: withoutRandomWords(done, take), secrets }
}

/** In a sentence nobody writes thirty letters and digits without a blank that are no key. */
function withoutRandomWords(text: string, take: (secret: string) => string): string {
  if (!/\s/.test(text)) return text
  return text.replace(/(?<![\w/.-])[A-Za-z0-9_-]{28,200}(?![\w/.-])/g, (found) =>
    /[A-Za-z0-9]{12,}/.test(found) && /\d.*\d.*\d/.test(found) && /(?:[A-Za-z].*){6}/.test(found) ? take(found) : found,
  )
}
