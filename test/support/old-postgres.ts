// A Postgres that says what is asked of it and knows nothing else: for versions that nobody installs any more. Speaks the first
// words of protocol 3 and answers every query with one row.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

export interface OldPostgres {
  url: string
  close(): Promise<void>
}

function frame(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const int = (size: 2 | 4, value: number): Buffer => {
  const bytes = Buffer.alloc(size)
  bytes.writeIntBE(value, 0, size)
  return bytes
}

/** One column: its name and the number of its type (25 text, 23 integer, 16 yes or no). */
function described(name: string, type: number): Buffer {
  return Buffer.concat([
    Buffer.from(`${name}\0`),
    int(4, 0),
    int(2, 0),
    int(4, type),
    int(2, -1),
    int(4, -1),
    int(2, 0),
  ])
}

function answerWith(row: Record<string, string | number | boolean>): Buffer {
  const columns = Object.entries(row)
  const types = { string: 25, number: 23, boolean: 16 } as Record<string, number>
  const cells = columns.map(([, value]) =>
    Buffer.from(typeof value === 'boolean' ? (value ? 't' : 'f') : String(value)),
  )
  return Buffer.concat([
    frame(
      'T',
      Buffer.concat([
        int(2, columns.length),
        ...columns.map(([name, value]) => described(name, types[typeof value] ?? 25)),
      ]),
    ),
    frame('D', Buffer.concat([int(2, cells.length), ...cells.flatMap((cell) => [int(4, cell.length), cell])])),
    frame('C', Buffer.from('SELECT 1\0')),
    frame('Z', Buffer.from('I')),
  ])
}

/** Listens until it is closed. */
export async function withOldPostgres(row: Record<string, string | number | boolean>): Promise<OldPostgres> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(Buffer.concat([frame('R', int(4, 0)), frame('Z', Buffer.from('I'))]))
      socket.on('data', (asked) => {
        if (asked[0] === 'X'.charCodeAt(0)) socket.end()
        else socket.write(answerWith(row))
      })
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `postgres://heed:x@127.0.0.1:${(server.address() as AddressInfo).port}/heed`,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
