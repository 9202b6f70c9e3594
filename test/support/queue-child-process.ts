// A worker process of its own, to be killed. Its store is the test's, reached over HTTP, so that what it wrote outlives it.
import type { QueueStore } from '../../runtime/compose-queue.ts'
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { until } from './queue.ts'
import type { QueueBackend } from './queue.ts'

export interface QueueChild {
  /** What the child said it does: sessions it began, deliveries it is about to record. */
  seen: { what: 'ready' | 'session' | 'delivery'; id: string; atMs: number }[]
  /** SIGKILL: nothing is handed over, nothing is said. */
  kill(): Promise<void>
}

/** Starts test/support/queue-child.ts; it delivers but never comes to record a delivery. */
export async function startQueueChild(backend: QueueBackend, store: QueueStore, soleName = ''): Promise<QueueChild> {
  const seen: QueueChild['seen'] = []
  const server = createServer((request, response) => {
    answer(request, response, store, seen).catch((error: Error) => response.writeHead(500).end(error.message))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const child = fork(new URL('./queue-child.ts', import.meta.url), {
    env: {
      ...process.env,
      DATABASE_URL: backend.databaseUrl,
      REDIS_URL: backend.redisUrl ?? '',
      SOLE_NAME: soleName,
      STORE_URL: `http://127.0.0.1:${port}`,
    },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const kill = async (): Promise<void> => {
    const isGone = child.exitCode !== null || child.signalCode !== null
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (!isGone) {
      child.kill('SIGKILL')
      await gone
    }
    server.closeAllConnections()
    server.close()
  }
  try {
    await until('the child is ready', () => seen.some(({ what }) => what === 'ready'))
  } catch (late) {
    await kill()
    throw late
  }
  return { seen, kill }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  store: QueueStore,
  seen: QueueChild['seen'],
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { call, args } = JSON.parse(Buffer.concat(chunks).toString()) as { call: string; args: unknown[] }
  if (call === 'seen') {
    const [what, id] = args as [QueueChild['seen'][number]['what'], string]
    seen.push({ what, id, atMs: Date.now() })
    response.end('null')
    return
  }
  if (call === 'drainActions') {
    const [options] = args as [Parameters<QueueStore['drainActions']>[0]]
    const taken: unknown[] = []
    await store.drainActions(options, async (batch) => void taken.push(...batch))
    response.end(JSON.stringify(taken))
    return
  }
  const method = store[call as keyof QueueStore] as (...values: unknown[]) => Promise<unknown>
  response.end(JSON.stringify((await method.apply(store, args)) ?? null))
}
