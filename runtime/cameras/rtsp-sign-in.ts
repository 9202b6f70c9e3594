// Signs ffmpeg's requests to an RTSP camera in its place, so that no password stands in a list of processes; and names the camera
// in them as it is called, not this machine. Pure but for the login it is given. Never tries a refused password again.
import type { CameraLogin } from './camera-login.ts'
import { linesOf } from './rtsp-requests.ts'

export interface SignInOptions {
  login: CameraLogin | undefined
  /** What stands at the beginning of ffmpeg's addresses: `rtsp://127.0.0.1:34567/`. */
  ours: string
  /** What has to stand there for the camera: `rtsp://10.0.0.7:554/`. */
  real: string
}

/** For one connection. */
export class RtspSignIn {
  readonly #options: SignInOptions
  #last: { lines: string[]; body: Buffer; cseq: string | undefined } | undefined
  #repeats = 0
  #isRefused = false

  constructor(options: SignInOptions) {
    this.#options = options
  }

  /** Whether answers matter to it. */
  get hasLogin(): boolean {
    return this.#options.login !== undefined
  }

  /** A request as the camera must see it: with its own address, and signed once it has asked for that. */
  ask(request: Buffer): Buffer {
    const lines = linesOf(request)
    const [method = '', uri = '', ...version] = lines[0]?.split(' ') ?? []
    // An empty line is an empty message.
    if (version.length !== 1) return request
    const { ours, real } = this.#options
    if (uri.startsWith(ours)) lines[0] = `${method} ${real}${uri.slice(ours.length)} ${version[0]}`
    const end = request.indexOf('\r\n\r\n')
    this.#last = { lines, body: request.subarray(end + 4), cseq: headersOf(lines, 'cseq')[0] }
    this.#repeats = 0
    return this.#signed()
  }

  /**
   * The request to repeat, signed, in place of this answer. Once, since wrong passwords may lock an account, unless the
   * camera says that its question was stale. Undefined: the answer is for ffmpeg.
   */
  again(answer: readonly string[]): Buffer | undefined {
    const { login } = this.#options
    const status = /^RTSP\/\d\.\d (\d{3})(?: |$)/.exec(answer[0] ?? '')?.[1]
    if (status !== '401' || !login || !this.#last || this.#isRefused) return undefined
    const cseq = headersOf(answer, 'cseq')[0]
    if (cseq !== undefined && cseq !== this.#last.cseq) return undefined
    const challenge = headersOf(answer, 'www-authenticate')
    const isStale = challenge.some((each) => /\bstale\s*=\s*"?true/i.test(each))
    const mayRepeat = this.#repeats === 0 || (this.#repeats === 1 && isStale)
    if (!mayRepeat || !login.take(challenge)) {
      this.#isRefused = true
      return undefined
    }
    this.#repeats++
    return this.#signed()
  }

  #signed(): Buffer {
    const { lines, body } = this.#last!
    const [method = '', uri = ''] = lines[0]!.split(' ')
    const given = this.#isRefused ? undefined : this.#options.login?.header(method, uri)
    // A line break in a user name would be a header of its own.
    const isWhole = given !== undefined && !/[\r\n\0]/.test(given)
    return Buffer.concat([
      Buffer.from(lines.join('\r\n'), 'latin1'),
      Buffer.from(isWhole ? `\r\nAuthorization: ${given}\r\n\r\n` : '\r\n\r\n', 'utf8'),
      body,
    ])
  }
}

function headersOf(lines: readonly string[], name: string): string[] {
  return lines
    .filter((line) => line.toLowerCase().startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim())
}
