// What a program that Heed starts gets of Heed's own environment: enough to be found, to find its libraries and to write
// words; and how it gives way to what is live. Never a proxy, a debugging switch, a key or an address of a database.
import { setPriority } from 'node:os'

/** Names that hold no secret on any system; the last ones are those without which Windows starts nothing. */
const plain = [
  'PATH',
  'LD_LIBRARY_PATH',
  'LANG',
  'LANGUAGE',
  ...['ALL', 'CTYPE', 'MESSAGES', 'TIME'].map((what) => `LC_${what}`),
  'TZ',
  'TMPDIR',
  'SYSTEMROOT',
  'PATHEXT',
  'COMSPEC',
  'TEMP',
  'TMP',
]

/** The plain variables of `own`, and the ones that are `listed` by name. Those that are not set are left out. */
export function childEnvironment(
  listed: readonly string[] = [],
  own: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return Object.fromEntries(
    [...plain, ...listed].flatMap((name) => {
      const value = own[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** Behind whatever is live. */
const backgroundPriority = 10

/** For work that nobody's safety waits for. Best effort: it may be gone already. */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, backgroundPriority)
  } catch {
    // Gone, or a machine that has no such thing: then it is as quick as the others.
  }
}
