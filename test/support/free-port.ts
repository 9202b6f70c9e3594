// A port that nobody listens at, and that no other test process is given meanwhile.
import { createServer } from 'node:net'

/** Below what the system gives to outgoing connections; each process has a hundred of its own. */
const first = 10_000 + (process.pid % 220) * 100
let given = 0

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = first + (given++ % 100)
    if (await isFree(port)) return port
  }
  throw new Error('No port was free for the test.')
}
