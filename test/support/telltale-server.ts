// A server of ill will for tests: whatever it is asked, by HTTP or RTSP, it says back all that it was told, credentials first, in clear
// and as they came. A model it plays says them as its answer. Never keeps quiet.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface TelltaleServer {
  readonly port: number
  /** Here it speaks SMTP. */
  readonly mailPort: number
  /** First lines of what it was asked. */
  readonly asked: string[]
  close(): Promise<void>
}

interface Asked {
  line: string
  headers: string
  body: string
}

/** Head and body out of what has come so far; undefined until both are whole. */
function read(text: string): Asked | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line = '', ...headers] = text.slice(0, end).split('\r\n')
  const length = Number(/content-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
  if (text.length < end + 4 + length) return undefined
  return { line, headers: headers.join(' | '), body: text.slice(end + 4, end + 4 + length) }
}

function told({ line, headers, body }: Asked): string {
  const basic = /Basic +([\w+/=-]+)/i.exec(headers)?.[1]
  const clear = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8')
  const path = line.split(' ')[1] ?? ''
  let decoded = path
  try {
    decoded = decodeURIComponent(path)
  } catch {
    // As it came, then.
  }
  const key = /authorization: *(?:Bearer|Basic)? *([^|]+)/i.exec(headers)?.[1] ?? ''
  return [key, clear, path, decoded, headers, body.slice(0, 300)].filter((each) => each !== '').join(' ')
}

function answer(asked: Asked, hasAsked: boolean): string {
  const words = told(asked)
  const line = words.replace(/[\r\n]+/g, ' ')
  if (asked.line.includes('RTSP/')) {
    const seq = /cseq: *(\d+)/i.exec(asked.headers)?.[1] ?? '1'
    if (!/authorization:/i.test(asked.headers))
      return `RTSP/1.0 401 Unauthorized\r\nCSeq: ${seq}\r\nWWW-Authenticate: Basic realm="yard"\r\nContent-Length: 0\r\n\r\n`
    const body = Buffer.from(words)
    return `RTSP/1.0 404 No such stream: ${line}\r\nCSeq: ${seq}\r\nX-Said: ${line}\r\nContent-Length: ${body.length}\r\n\r\n${body.toString()}`
  }
  const http = (status: string, body: string, type = 'text/plain', more = ''): string =>
    `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  if (asked.line.includes('/chat/completions')) {
    const content = hasAsked
      ? `</response> You said ${words}`
      : `</response> Note ${words} </delegation> Who has ${words}?`
    return http(
      '200 OK',
      JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }),
      'application/json',
    )
  }
  if (asked.line.includes('/moved'))
    return http(`302 ${line}`, words, 'text/plain', `Location: /next?was=${encodeURIComponent(words)}\r\n`)
  if (asked.line.includes('/gone')) return http(`410 ${line}`, words)
  if (asked.line.includes('/later')) return http(`503 ${line}`, words)
  if (asked.line.startsWith('GET ') && asked.line.includes('/v1/models'))
    return http('200 OK', JSON.stringify({ object: 'list', data: [{ id: `m ${words}` }] }), 'application/json')
  return http(`400 ${line}`, words)
}

/** Mail, as far as the refused password. */
function refuseMail(socket: Socket, asked: string[]): void {
  socket.on('error', () => undefined)
  socket.write('220 yard\r\n')
  socket.on('data', (piece: Buffer) => {
    const line = piece.toString('latin1').trim()
    asked.push(line.slice(0, 10))
    if (/^ehlo/i.test(line)) return void socket.write('250-yard\r\n250 AUTH PLAIN LOGIN\r\n')
    const clear = Buffer.from(line.split(' ').at(-1) ?? '', 'base64')
      .toString('utf8')
      .replaceAll('\0', ' ')
    socket.end(`535 no entry for ${line} (${clear.replace(/[\r\n]/g, ' ')})\r\n`)
  })
}

/** Listens on this machine. */
export async function startTelltaleServer(): Promise<TelltaleServer> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  let chats = 0
  const server = createServer((socket) => {
    let text = ''
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1')
      const request = read(text)
      if (!request) {
        // Neither of the two protocols: it says back what it has heard.
        if (!/^[A-Z_]+ /.test(text)) socket.end(`500 ${text}\r\n`)
        return
      }
      text = ''
      asked.push(request.line)
      if (request.line.includes('/chat/completions')) chats++
      // Long enough for whoever looks at the list of processes meanwhile.
      if (request.line.startsWith('GET /video')) {
        setTimeout(() => socket.end(answer(request, true)), 1500)
        return
      }
      socket.write(answer(request, chats % 2 === 0))
      if (request.line.includes('HTTP/')) socket.end()
    })
  })
  const mail = createServer((socket) => refuseMail(socket, asked))
  for (const each of [server, mail]) {
    each.listen(0, '127.0.0.1')
    await once(each, 'listening')
  }
  return {
    port: (server.address() as AddressInfo).port,
    mailPort: (mail.address() as AddressInfo).port,
    asked,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      mail.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
