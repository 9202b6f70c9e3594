// The thread that Flite runs in: synchronous code that must not hold up a tick. Compiles once, makes one sound at a time.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WASI } from 'node:wasi'
import { parentPort, workerData } from 'node:worker_threads'
import { makeShortLivedFolder } from '../temporary-folders.ts'

export interface FliteOrder {
  id: number
  text: string
  voice: string
}
export interface FliteResult {
  id: number
  bytes?: Uint8Array
  fault?: string
}

const { wasm, folderPrefix } = workerData as { wasm: string; folderPrefix: string }
const compiled = WebAssembly.compile(await readFile(wasm))

async function speak(order: FliteOrder): Promise<Uint8Array> {
  // For this sentence alone: a process that is killed leaves nothing behind but perhaps this one.
  const folder = await makeShortLivedFolder(folderPrefix)
  try {
    return await speakInto(folder, order)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function speakInto(folder: string, { text, voice }: FliteOrder): Promise<Uint8Array> {
  const wasi = new WASI({
    version: 'preview1',
    args: ['flite', '-voice', voice, '-t', text, '-o', '/out/said.wav'],
    preopens: { '/out': folder },
    returnOnExit: true,
  })
  const instance = await WebAssembly.instantiate(await compiled, wasi.getImportObject() as WebAssembly.Imports)
  const code = wasi.start(instance)
  if (code !== 0) throw new Error(`it ended with code ${code}`)
  const bytes = await readFile(join(folder, 'said.wav'))
  // A buffer of its own, so that it can be handed over.
  return new Uint8Array(bytes)
}

let last: Promise<unknown> = compiled
parentPort?.on('message', (order: FliteOrder) => {
  last = last
    .then(() => speak(order))
    .then(
      (bytes) => parentPort?.postMessage({ id: order.id, bytes } satisfies FliteResult, [bytes.buffer as ArrayBuffer]),
      (error: unknown) =>
        parentPort?.postMessage({
          id: order.id,
          fault: error instanceof Error ? error.message : String(error),
        } satisfies FliteResult),
    )
})
await compiled
parentPort?.postMessage({ id: 0 } satisfies FliteResult)
