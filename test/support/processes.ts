// Whether a process of a number still runs. Looks only; ends nothing.
import { readFileSync } from 'node:fs'

/** A zombie that nobody has reaped yet is gone too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
