// A camera's user name and password as HTTP and RTSP want them: Basic or Digest (RFC 7617, RFC 7616). Keeps ffmpeg from knowing them,
// so that they stand in no list of processes. Pure but for the random client nonce that it is given.
import { createHash } from 'node:crypto'

interface Challenge {
  scheme: 'basic' | 'digest'
  fields: Record<string, string>
}

const hashes: Record<string, string> = { MD5: 'md5', 'MD5-SESS': 'md5', 'SHA-256': 'sha256', 'SHA-256-SESS': 'sha256' }

/** One camera's login, which remembers how the camera asked for it. */
export class CameraLogin {
  readonly #user: string
  readonly #password: string
  readonly #nonce: () => string
  #challenge: Challenge | undefined
  #count = 0

  constructor(user: string, password: string, nonce: () => string) {
    this.#user = user
    this.#password = password
    this.#nonce = nonce
  }

  /** Takes what stands in `WWW-Authenticate`. False when it asks for something else than Basic or Digest. */
  take(headers: readonly string[]): boolean {
    const challenges = headers.flatMap(readChallenges)
    this.#challenge = challenges.find(({ scheme }) => scheme === 'digest') ?? challenges[0]
    this.#count = 0
    return this.#challenge !== undefined
  }

  /** The `Authorization` of a request; undefined as long as the camera has not asked. */
  header(method: string, uri: string): string | undefined {
    if (!this.#challenge) return undefined
    if (this.#challenge.scheme === 'basic')
      return `Basic ${Buffer.from(`${this.#user}:${this.#password}`).toString('base64')}`
    return this.#digest(this.#challenge.fields, method, uri)
  }

  #digest(
    { realm = '', nonce = '', opaque, algorithm, qop }: Record<string, string>,
    method: string,
    uri: string,
  ): string {
    const hash = (text: string): string =>
      createHash(hashes[(algorithm ?? 'MD5').toUpperCase()] ?? 'md5')
        .update(text)
        .digest('hex')
    const count = (++this.#count).toString(16).padStart(8, '0')
    const own = this.#nonce()
    const plain = hash(`${this.#user}:${realm}:${this.#password}`)
    const secret = /-sess$/i.test(algorithm ?? '') ? hash(`${plain}:${nonce}:${own}`) : plain
    const asked = hash(`${method}:${uri}`)
    const response =
      qop === undefined ? hash(`${secret}:${nonce}:${asked}`) : hash(`${secret}:${nonce}:${count}:${own}:auth:${asked}`)
    return [
      `Digest username="${this.#user.replace(/["\\]/g, '\\$&')}"`,
      `realm="${realm}"`,
      `nonce="${nonce}"`,
      `uri="${uri}"`,
      `response="${response}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
      ...(qop === undefined ? [] : ['qop=auth', `nc=${count}`, `cnonce="${own}"`]),
    ].join(', ')
  }
}

/** The login in a camera's address, if there is one. `nonce` gives a new random text each time. */
export function loginIn({ username, password }: URL, nonce: () => string): CameraLogin | undefined {
  return username === '' && password === '' ? undefined : new CameraLogin(decode(username), decode(password), nonce)
}

/** A stray "%" stands for itself. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

/** Those that can be answered; a header may hold several. */
function readChallenges(header: string): Challenge[] {
  const starts = [...header.matchAll(/(?:^|,)\s*(basic|digest)(?=\s|$)/gi)]
  return starts.flatMap((start, index): Challenge[] => {
    const text = header.slice(start.index + start[0].length, starts[index + 1]?.index)
    const fields = Object.fromEntries(
      [...text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g)].map(([, name = '', quoted, bare]) => [
        name.toLowerCase(),
        quoted ?? bare ?? '',
      ]),
    )
    if (start[1]?.toLowerCase() === 'basic') return [{ scheme: 'basic', fields }]
    const canAnswer =
      hashes[(fields['algorithm'] ?? 'MD5').toUpperCase()] !== undefined &&
      (fields['qop'] === undefined || fields['qop'].split(',').some((each) => each.trim() === 'auth'))
    return canAnswer ? [{ scheme: 'digest', fields }] : []
  })
}
