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

/** Everything below `root`, which was started by the test itself. */
export function watchProcesses(root: number, everyMs = 50): ProcessWatch {
  const seen = new Map<string, string>()
  const own = read(`/proc/${root}/cmdline`)
  const look = (): void => {
    const all = parents()
    const isBelow = (pid: number): boolean => {
      for (let at = all.get(pid); at !== undefined && at > 1; at = all.get(at)) if (at === root) return true
      return false
    }
    for (const pid of all.keys()) {
      if (!isBelow(pid)) continue
      const line = read(`/proc/${pid}/cmdline`)
      // Just forked: what it is to run is not there yet, and all it has is its parent's.
      if (line === own) continue
      for (const [what, raw] of [
        ['cmdline', line],
        ['environ', read(`/proc/${pid}/environ`)],
      ] as const) {
        const text = raw.replaceAll('\0', ' ')
        if (text !== '') seen.set(`${what} ${line.replaceAll('\0', ' ').slice(0, 60)} ${text}`, text)
      }
    }
  }
  const timer = setInterval(look, everyMs)
  return {
    seen: () => [...seen].map(([key, text]) => [key.slice(0, 90), text]),
    stop: () => clearInterval(timer),
  }
}
