// A door to a Postgres that behaves like a pooler in transaction mode: what arrives outside a transaction, and each new
// transaction, may go to another server connection than the statement before. Speaks just enough of the protocol for that.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'

export interface TransactionPooler {
  /** The address of the same database through this door. */
  url: string
  close(): Promise<void>
}

interface Message {
  type: string
  whole: Buffer
}

/** Cuts a stream of bytes into messages: a letter, a length, a body. */
function messagesOf(take: (message: Message) => void, hasLetter: () => boolean): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const at = hasLetter() ? 1 : 0
      if (rest.length < at + 4) return
      const length = at + rest.readInt32BE(at)
      if (rest.length < length) return
      const whole = rest.subarray(0, length)
      rest = rest.subarray(length)
      take({ type: at === 1 ? String.fromCharCode(whole[0] ?? 0) : 'startup', whole })
    }
  }
}

interface Server {
  socket: Socket
  /** Who has it just now; nobody between two transactions. */
  client: Socket | undefined
  isReady: boolean
}

/**
 * Every client's sign-in goes to a server connection of its own, which then joins the pool; every transaction takes the one
 * that has lain idle longest. Tells clients of no notification, as the real one does while they are idle.
 */
export async function withTransactionPooler(databaseUrl: string): Promise<TransactionPooler> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const idle: Server[] = []
  const door = createServer((client) => {
    sockets.add(client)
    let isGreeted = false
    let server: Server | undefined
    const waiting: Buffer[] = []
    const pump = (): void => {
      if (!isGreeted || waiting.length === 0) return
      server ??= idle.shift()
      if (server === undefined) return
      server.client = client
      for (const bytes of waiting.splice(0)) server.socket.write(bytes)
    }
    const release = (): void => {
      const free = server
      server = undefined
      if (free === undefined) return
      free.client = undefined
      idle.push(free)
      for (const other of pumps) other()
    }
    pumps.add(pump)
    const open = (startup: Buffer): void => {
      const socket = connect(Number(target.port), target.hostname)
      sockets.add(socket)
      const own: Server = { socket, client, isReady: false }
      server = own
      socket.on('error', () => client.destroy())
      socket.on(
        'data',
        messagesOf(
          ({ type, whole }) => {
            if (type !== 'A') own.client?.write(whole)
            if (type !== 'Z') return
            own.isReady = true
            const isBetween = whole[5] === 'I'.charCodeAt(0)
            if (!isBetween) return
            if (own.client === client) {
              isGreeted = true
              release()
            } else freed.get(own.client as Socket)?.()
          },
          () => true,
        ),
      )
      socket.write(startup)
    }
    freed.set(client, release)
    client.on(
      'data',
      messagesOf(
        ({ type, whole }) => {
          if (type === 'X') return
          if (type === 'startup') return open(whole)
          if (!isGreeted) return void server?.socket.write(whole)
          waiting.push(whole)
          pump()
        },
        () => server !== undefined || isGreeted,
      ),
    )
    client.on('error', () => undefined)
    client.on('close', () => {
      pumps.delete(pump)
      release()
    })
  })
  const pumps = new Set<() => void>()
  const freed = new Map<Socket, () => void>()
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((door.address() as AddressInfo).port)
  return {
    url: url.toString(),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => door.close(resolve))
    },
  }
}
