// The whole product as its own process in an empty data folder, driven from outside like a user would.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { assertDescribed } from './described-answer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const testToken = 'test-token-with-owner-rights'

export interface Product {
  url: string
  dataDir: string
  /** Everything it has printed so far. */
  output(): string
  signInLink(): string | undefined
  process: ChildProcess
  /** Clean stop, as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: what a power cut leaves behind. */
  kill(): Promise<void>
  request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: T; headers: Headers }>
}

export interface ProductOptions {
  dataDir?: string
  port?: number
  env?: Record<string, string>
  script?: 'runtime/server.ts' | 'runtime/worker.ts'
}

/** A data folder for one test; remove it with `removeFolder`. */
export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'heed-product-'))
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/** Starts the product and waits until it says that it is ready. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDir = options.dataDir ?? makeDataDir()
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [join(root, options.script ?? 'runtime/server.ts')], {
    cwd: root,
    env: {
      ...process.env,
      HEED_DATA_DIR: dataDir,
      HEED_PORT: String(port),
      HEED_TOKEN: testToken,
      HEED_LOG_LEVEL: 'warn',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const ready = new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-200_000)
      if (printed.includes('Heed is ready at') || printed.includes('Heed worker is ready')) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    void exited.then((code) => reject(new Error(`The product ended with ${code} before it was ready:\n${printed}`)))
  })
  await ready
  return {
    url,
    dataDir,
    process: child,
    output: () => printed,
    signInLink: () => /https?:\/\/\S+sign-in\S*/.exec(printed)?.[0],
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    request: (method, path, body, headers) => request(url, method, path, body, headers),
  }
}

async function request<T>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: T; headers: Headers }> {
  const isForm = body instanceof FormData
  const init: RequestInit = {
    method,
    headers: {
      authorization: `Bearer ${testToken}`,
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  }
  if (body !== undefined) init.body = isForm ? body : JSON.stringify(body)
  const response = await fetch(url + path, init)
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  const answer: unknown = isJson && text ? JSON.parse(text) : text
  if (isJson && text) assertDescribed(method, path, response.status, answer)
  return { status: response.status, body: answer as T, headers: response.headers }
}

/** Polls until `check` gives something; fails with the words after `withinMs`. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false | null>,
  withinMs = 90_000,
): Promise<T> {
  const until = Date.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const value = await check()
      if (value !== undefined && value !== false && value !== null) return value
    } catch (error) {
      last = error
    }
    if (Date.now() > until)
      throw new Error(`Not within ${withinMs} ms: ${what}${last instanceof Error ? ` (${last.message})` : ''}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
