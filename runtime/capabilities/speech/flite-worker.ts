// The thread that Flite runs in: synchronous code that must not hold up a tick. Compiles once, makes one sound at a time.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WASI } from 'node:wasi'
import { parentPort, workerData } from 'node:worker_threads'

export interface FliteOrder { id: number; text: string; voice: string }
export interface FliteResult { id: number; bytes?: Uint8Array; fault?: string }

const { wasm, folder } = workerData as { wasm: string; folder: string }
const compiled = WebAssembly.compile(await readFile(wasm))

async function speak({ text, voice }: FliteOrder): Promise<Uint8Array> {
  const wasi = new WASI({
    version: 'preview1', args: ['flite', '-voice', voice, '-t', text, '-o', '/out/said.wav'], preopens: { '/out': folder }, returnOnExit: true,
  })
  const instance = await WebAssembly.instantiate(await compiled, wasi.getImportObject() as WebAssembly.Imports)
  const code = wasi.start(instance)
  if (code !== 0) throw new Error(`it ended with code ${code}`)
  const file = join(folder, 'said.wav')
  const bytes = await readFile(file)
  await rm(file, { force: true })
  // A buffer of its own, so that it can be handed over.
  return new Uint8Array(bytes)
}

let last: Promise<unknown> = compiled
parentPort?.on('message', (order: FliteOrder) => {
  last = last.then(() => speak(order)).then(
    (bytes) => parentPort?.postMessage({ id: order.id, bytes } satisfies FliteResult, [bytes.buffer as ArrayBuffer]),
    (error: unknown) => parentPort?.postMessage({ id: order.id, fault: error instanceof Error ? error.message : String(error) } satisfies FliteResult),
  )
})
await compiled
parentPort?.postMessage({ id: 0 } satisfies FliteResult)
