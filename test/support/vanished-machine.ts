// An address at which connections neither come about nor are refused, as at a machine that was switched off: its listener is
// a stopped process with a full queue, so that the kernel drops whoever knocks.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface VanishedMachine {
  port: number
  stop(): void
}

const listener = `const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  process.stdout.write(String(server.address().port), () => process.kill(process.pid, 'SIGSTOP'))
})`

/** Fills the queue until nobody gets in any more. */
export async function startVanishedMachine(): Promise<VanishedMachine> {
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(printed.toString())
  const queued: Socket[] = []
  for (let isOpen = true; isOpen;) {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    queued.push(socket)
    isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      setTimeout(() => resolve(false), 100)
    })
  }
  return {
    port,
    stop: () => {
      for (const socket of queued) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}
