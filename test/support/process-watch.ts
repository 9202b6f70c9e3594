// What anybody on the machine can read of a process and of all it starts: command lines and environments, looked at again and again.
// Looks only; ends nothing.
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessWatch {
  /** Each different thing seen so far. */
  seen(): [where: string, text: string][]
  stop(): void
}

function parents(): Map<number, number> {
  const found = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = read(`/proc/${name}/stat`)
    // Behind the name, which may hold anything.
    const parent = /^\S (\d+)/.exec(stat.slice(stat.lastIndexOf(')') + 2))?.[1]
    if (parent !== undefined) found.set(Number(name), Number(parent))
  }
  return found
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone meanwhile.
    return ''
  }
}

/** Everything below `root`; with `root` itself only its command line, as it was started by the test. */
export function watchProcesses(root: number, everyMs = 25): ProcessWatch {
  const seen = new Map<string, string>()
  const look = (): void => {
    const all = parents()
    const isBelow = (pid: number): boolean => {
      for (let at = all.get(pid); at !== undefined && at > 1; at = all.get(at)) if (at === root) return true
      return false
    }
    for (const pid of all.keys()) {
      if (!isBelow(pid)) continue
      for (const what of ['cmdline', 'environ']) {
        const text = read(`/proc/${pid}/${what}`).replaceAll('\0', ' ')
        if (text !== '') seen.set(`${what} ${text}`, text)
      }
    }
  }
  const timer = setInterval(look, everyMs)
  return {
    seen: () => [...seen].map(([key, text]) => [key.slice(0, 90), text]),
    stop: () => clearInterval(timer),
  }
}
