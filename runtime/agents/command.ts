// An agent's own command line, run as the server's owner listed it and in no other way: the question goes to its standard
// input as data, never through a shell, never into its arguments.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TimedPicture } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { createCleaner, secretsOfEnvironment } from '../../nodes/contract/own-secrets.ts'
import { childEnvironment } from '../child-environment.ts'
import { makeShortLivedFolder, sweepLeftovers } from '../temporary-folders.ts'
import { inWords, tooLate, type AskAgent } from './agent.ts'
import { readOutput } from './command-output.ts'
import type { WatcherWord } from './command-watcher.ts'

/** By name, program and arguments; from HEED_AGENT_COMMANDS. */
export type AgentCommands = Readonly<Record<string, readonly string[]>>

const maxOutputBytes = 1024 * 1024
const maxErrorBytes = 16 * 1024
/** What it started may hold its output open; the answer itself is there once the command has ended. */
const lingerMs = 500
/** The watcher's own limit comes after ours: it is for a Heed that hangs. */
const lateMs = 5000
const folderPrefix = 'heed-agent-'
const watcherPath = fileURLToPath(new URL('./command-watcher.ts', import.meta.url))

/** What a command finds around it; without this a home that lasts no longer than its question. */
export interface Surroundings {
  /** Absolute: the folder in which each command has a home of its own, by its name. */
  homes: string
  /** From HEED_AGENT_ENV: names of variables that it gets beside the plain ones. */
  listed: readonly string[]
}

/** The argv that a connection stands for. Throws FatalError AGENT_COMMAND_NOT_LISTED. */
export function listedCommand(connection: Connection, commands: AgentCommands): readonly string[] {
  const name = String(connection.config.command ?? '')
  const argv = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (argv && argv.length > 0) return argv
  const known = Object.keys(commands)
  const listed = known.length === 0 ? 'none is listed' : `listed are ${known.join(', ')}`
  throw new FatalError(
    'AGENT_COMMAND_NOT_LISTED',
    `The command "${name.slice(0, 60)}" may not be run on this server: ${listed}. Its owner lists commands in HEED_AGENT_COMMANDS.`,
  )
}

/** Asks by one run of the command in a folder of its own, which is gone afterwards. */
export function commandAgent(commands: AgentCommands, surroundings?: Surroundings): AskAgent {
  return async (connection, question, signal) => {
    const argv = listedCommand(connection, commands)
    if (signal.aborted) throw new StoppedError()
    await sweepLeftovers(folderPrefix, Date.now())
    const folder = await makeShortLivedFolder(folderPrefix).catch((error: unknown) => {
      throw noMeans(argv[0] ?? '', toError(error))
    })
    try {
      const files = await writePictures(folder, question.pictures).catch((error: unknown) => {
        throw noMeans(argv[0] ?? '', toError(error))
      })
      const stdin = `${inWords(question)}\n${files.length === 0 ? '' : `\nThey are files in the working folder: ${files.join(', ')}\n`}`
      const home = surroundings && join(surroundings.homes, String(connection.config.command))
      if (home)
        await mkdir(home, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
          throw noMeans(argv[0] ?? '', toError(error))
        })
      const env = { ...childEnvironment(), HOME: home ?? folder, ...childEnvironment(surroundings?.listed) }
      return readOutput(await run(argv, { cwd: folder, env, timeoutMs: question.timeoutMs }, stdin, signal))
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}

async function writePictures(folder: string, pictures: readonly TimedPicture[]): Promise<string[]> {
  return await Promise.all(
    pictures.map(async ({ mediaTimeS, jpeg }, index) => {
      const name = `frame-${index + 1}-at-${mediaTimeS.toFixed(1)}s.jpg`
      await writeFile(join(folder, name), jpeg, { mode: 0o600 })
      return name
    }),
  )
}

interface Place {
  cwd: string
  env: Record<string, string>
  timeoutMs: number
}

/** What the command printed. It runs under a watcher, so that it ends with its time and with Heed; hanging up ends both. */
async function run(argv: readonly string[], place: Place, stdin: string, signal: AbortSignal): Promise<string> {
  const [program = ''] = argv
  const { timeoutMs } = place
  const watcher = startWatcher(argv, place)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // First of all: a watcher that cannot be started says so in the next turn, whether or not there are pipes.
  watcher.on('error', (error) => {
    if (watcher.pid === undefined) reject(noMeans(program, error))
  })
  for (const pipe of [watcher.stdin, watcher.stdout, watcher.stderr]) pipe?.on('error', () => undefined)
  const gone = new Promise<void>((done) => {
    watcher.once('exit', () => done()).once('error', () => done())
  })
  const out: Buffer[] = []
  let size = 0
  let said = ''
  let pid: number | undefined
  let ending: Extract<WatcherWord, { type: 'ended' }> | undefined
  const stop = (): void => reject(new StoppedError())
  const finish = (): void => {
    const printed = Buffer.concat(out).toString('utf8')
    if (ending?.code === 0) return resolve(printed)
    const clean = createCleaner(secretsOfEnvironment(place.env))
    reject(ended(program, ending?.code ?? null, ending ? ending.killedBy : 'its watcher', clean(said), clean(printed)))
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const timer = setTimeout(() => reject(tooLate(timeoutMs)), timeoutMs)
  watcher.stdout?.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > maxOutputBytes)
      reject(
        new FatalError(
          'AGENT_TOO_LONG',
          `The agent "${program}" printed more than ${maxOutputBytes / 1024 / 1024} MB and was ended.`,
        ),
      )
    else out.push(chunk)
  })
  watcher.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-maxErrorBytes)
  })
  watcher.on('message', (word: WatcherWord) => {
    if (word.type === 'started') pid = word.pid
    if (word.type === 'broken') reject(notStarted(program, word.message))
    if (word.type === 'ended') ending = word
  })
  // What left the group may hold the output open for ever.
  watcher.once('exit', () => {
    setTimeout(finish, lingerMs).unref()
  })
  watcher.once('close', finish)
  watcher.stdin?.end(stdin)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    if (watcher.connected) watcher.disconnect()
    // Nobody reads on: a command that writes must not wait for us.
    watcher.stdout?.destroy()
    watcher.stderr?.destroy()
    await gone
    // A watcher that was killed itself could not do it.
    if (!ending) killGroup(pid)
  }
}

function startWatcher(argv: readonly string[], { cwd, env, timeoutMs }: Place): ChildProcess {
  try {
    return spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', watcherPath, String(timeoutMs + lateMs), ...argv],
      { cwd, env, shell: false, detached: true, stdio: ['pipe', 'pipe', 'pipe', 'ipc'] },
    )
  } catch (error) {
    // Node tells some troubles of a start at once, the others as an event.
    throw noMeans(argv[0] ?? '', toError(error))
  }
}

/** That a program is not there stays true; that this machine is short of memory or file handles does not. */
function notStarted(program: string, why: string): FatalError | RetryableError {
  if (!/\b(ENOENT|EACCES|ENOTDIR|ENOEXEC|EPERM)\b/.test(why)) return noMeans(program, new Error(why))
  return new FatalError(
    'AGENT_COMMAND_BROKEN',
    `The command "${program}" cannot be started: ${why}. Is it installed on the server?`,
  )
}

function noMeans(program: string, cause: Error): RetryableError {
  return new RetryableError(
    'AGENT_COMMAND_NOT_NOW',
    `The command "${program}" cannot be started now: ${cause.message}. This machine may be short of memory, disk or open files; it is tried again.`,
    { cause },
  )
}

/** Its own words where it has some: agents print an error as JSON and end with 1. */
function ended(
  program: string,
  code: number | null,
  killedBy: string | null,
  stderr: string,
  stdout: string,
): FatalError | RetryableError {
  try {
    readOutput(stdout)
  } catch (error) {
    if (error instanceof FatalError) return error
  }
  const last = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  return new RetryableError(
    'AGENT_COMMAND_ENDED',
    `The agent "${program}" ended with ${killedBy ?? `code ${code}`}${last === '' ? '' : `: ${last}`}.`,
  )
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody of the group is left: that is what was wanted.
    if (!('code' in toError(error))) throw error
  }
}
