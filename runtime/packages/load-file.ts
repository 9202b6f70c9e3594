// Loads one file of a package and judges what it exports. Whatever the file does, the answer is words.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { toError } from '../../nodes/contract/errors.ts'
import { isFile, type NodePackage } from './manifest.ts'
import { within } from '../time-limit.ts'

/** A file that waits for something while it is loaded would keep Heed from starting. */
const defaultTimeoutMs = 10_000

function overTime(timeoutMs: number): never {
  throw new Error(`it did not come to an end within ${timeoutMs / 1000} s`)
}

/** What the file exports by default when `faultsOf` finds it sound; null after every fault was reported. */
export async function loadFile<T>(
  { folder }: NodePackage,
  name: string,
  faultsOf: (candidate: unknown) => string[],
  report: (fault: string) => void,
  timeoutMs = defaultTimeoutMs,
): Promise<T | null> {
  const file = path.join(folder, name)
  if (!(await isFile(file))) {
    report('the file is not there')
    return null
  }
  let loaded: { default?: unknown }
  try {
    loaded = (await within(import(pathToFileURL(file).href) as Promise<unknown>, { ms: timeoutMs }, () =>
      overTime(timeoutMs),
    )) as { default?: unknown }
  } catch (error) {
    report(`it cannot be loaded: ${toError(error).message}`)
    return null
  }
  const faults = faultsFound(loaded.default, faultsOf)
  faults.forEach(report)
  return faults.length === 0 ? (loaded.default as T) : null
}

/** Rules read what they judge; what breaks them is no definition either. */
function faultsFound(candidate: unknown, faultsOf: (candidate: unknown) => string[]): string[] {
  try {
    return faultsOf(candidate)
  } catch (error) {
    return [`it has not the shape of a definition: ${toError(error).message}`]
  }
}
