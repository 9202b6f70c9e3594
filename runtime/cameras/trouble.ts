// What ffmpeg said, in words a person can act on. Never repeats an address beyond its host.
import { FatalError, RetryableError, type CodedError } from '../../nodes/contract/errors.ts'
import type { Input } from './input-arguments.ts'

type Named = Pick<Input, 'kind' | 'name'>

interface Rule {
  says: RegExp
  code: string
  words: string
  /** Trying again would fail the same way. */
  fatal?: boolean
  retryAfterMs?: number
}

// First match wins; `{}` is the camera. The lines are those of ffmpeg 4 to 8.
const rules: Rule[] = [
  // A wrong password may lock the account after some tries: ask rarely.
  {
    says: /401 Unauthorized|authorization failed|403 Forbidden/i,
    code: 'CAMERA_UNAUTHORIZED',
    retryAfterMs: 30_000,
    words: '{} refused the password. Check user name and password in its settings.',
  },
  {
    says: /Failed to resolve hostname|Name or service not known/i,
    code: 'CAMERA_UNKNOWN_HOST',
    words: '{} cannot be found: no machine of that name is known here. Check the name, or use its IP address.',
  },
  // libsrt says no more, whether nobody is there or the passphrase is another one.
  {
    says: /Connection to srt:\S* failed: Input\/output error/,
    code: 'CAMERA_REFUSED',
    words: '{} did not take the call. Is it on, and are its port and its passphrase right?',
  },
  {
    says: /Connection refused/i,
    code: 'CAMERA_REFUSED',
    words: '{} refused the connection. Is it on, and is the port right?',
  },
  {
    says: /No route to host|Network is unreachable|Host is down/i,
    code: 'CAMERA_UNREACHABLE',
    words: '{} cannot be reached from this machine. Check the network between them.',
  },
  {
    says: /timed out|Immediate exit requested/i,
    code: 'CAMERA_TIMEOUT',
    words: '{} did not answer in time. Is it on, and reachable from this machine?',
  },
  {
    says: /Device or resource busy|453 Not Enough|503 Service/i,
    code: 'CAMERA_BUSY',
    words: '{} is busy: something else is using it.',
  },
  {
    says: /404 Not Found|Stream Not Found/i,
    code: 'CAMERA_NOT_FOUND',
    words: '{} answers, but has no stream under this path. Check what stands behind the host in its address.',
  },
  {
    says: /No such file or directory|No such device/i,
    code: 'CAMERA_NOT_FOUND',
    words: '{} is not there. Is it plugged in?',
  },
  {
    says: /matches no streams|does not contain any stream|no video/i,
    code: 'CAMERA_NO_VIDEO',
    fatal: true,
    words: '{} sends no video track.',
  },
  {
    says: /not on whitelist/i,
    code: 'CAMERA_NO_VIDEO',
    fatal: true,
    words: '{} does not send a video Heed may open: playlists and links to other places are refused.',
  },
  {
    says: /Server returned [45]|HTTP error [45]/i,
    code: 'CAMERA_BROKEN',
    words: '{} answered with an error instead of a video. Check its address.',
  },
  { says: /ends prematurely/i, code: 'CAMERA_CLOSED', words: '{} closed the stream.' },
  {
    says: /Protocol not found|Unknown input format/i,
    code: 'CAMERA_UNSUPPORTED',
    fatal: true,
    words: '{} speaks something the installed ffmpeg was built without. Install a complete ffmpeg.',
  },
]

/** An error for a decoder that ended badly. */
export function explain(input: Named, lastWords: string, cause?: unknown): CodedError {
  const details = { ffmpeg: lastLines(lastWords) }
  const rule = rules.find(({ says }) => says.test(lastWords))
  if (!rule) return broken(input, details, cause)
  const words = rule.words.replace('{}', sentenceStart(input))
  if (rule.fatal || input.kind === 'file') return new FatalError(rule.code, words, { details, cause })
  return new RetryableError(rule.code, words, {
    details,
    cause,
    ...(rule.retryAfterMs ? { retryAfterMs: rule.retryAfterMs } : {}),
  })
}

/** What ffmpeg and the loader of its libraries say where this machine has nothing left for them. */
const lacksMeans =
  /Too many open files|Cannot allocate memory|Resource temporarily unavailable|No space left on device|failed to create thread/i

/** An error for a helper that ended badly: about what it read, or about itself where it was killed or lacked the means. */
export function whyEnded(input: Named, end: { exitCode: number | null; lastWords: string }): CodedError {
  if (end.exitCode === null || lacksMeans.test(end.lastWords)) return helperDied(input, end.lastWords)
  return explain(input, end.lastWords)
}

/** Says nothing about the camera or clip: the next helper may well read it. */
export function helperDied(input: Named, lastWords = ''): RetryableError {
  return new RetryableError(
    'CAMERA_HELPER_DIED',
    `The program that reads the ${input.name} was ended by this machine, or had too little memory or too few open files. It is started again.`,
    { details: { ffmpeg: lastLines(lastWords) } },
  )
}

/** For a clip of which not one picture can be decoded. */
export function unreadable(input: Named): CodedError {
  return broken(input, {}, undefined)
}

function broken(input: Named, details: Record<string, unknown>, cause: unknown): CodedError {
  const start = sentenceStart(input)
  if (input.kind === 'file')
    return new FatalError(
      'CAMERA_BROKEN',
      `${start} cannot be read as a video. Upload it again, or convert it to MP4.`,
      { details, cause },
    )
  return new RetryableError('CAMERA_BROKEN', `${start} sends something that cannot be read as a video.`, {
    details,
    cause,
  })
}

/** Whether a clip from the network ended where its connection did, rather than at its own end. */
export function isCutOff(lastWords: string): boolean {
  return /ends prematurely|timed out|: Input\/output error/i.test(lastWords)
}

export function silent(input: Named, seconds: number): RetryableError {
  return new RetryableError('CAMERA_SILENT', `${sentenceStart(input)} has sent no picture for ${seconds} s.`)
}

export function timedOut(input: Named, seconds: number): RetryableError {
  return new RetryableError(
    'CAMERA_TIMEOUT',
    `${sentenceStart(input)} gave no picture within ${seconds} s. Is it on, and does it send video?`,
  )
}

export function closed(input: Named): RetryableError {
  return new RetryableError('CAMERA_CLOSED', `${sentenceStart(input)} closed the stream.`)
}

export function noVideo(input: Named): FatalError {
  return new FatalError('CAMERA_NO_VIDEO', `${sentenceStart(input)} sends no video track.`)
}

function sentenceStart(input: Named): string {
  return `The ${input.name}`
}

function lastLines(words: string): string[] {
  return words
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-5)
}
