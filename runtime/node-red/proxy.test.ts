// The proxy in front of Node-RED: a request stays one request, and what has gone away is said in words.
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { askAdmin, missingTypes, passOn, passSocketOn } from './proxy.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** What a Node-RED heard, and the door of a proxy in front of it. */
async function world(headers: Record<string, string> = {}): Promise<{ heard: string[]; port: number; outer: number }> {
  const heard: string[] = []
  const port = await listen(
    createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (piece: string) => {
        body += piece
      })
      request.once('end', () => {
        heard.push(`${request.method} ${request.url} ${body}`)
        response.writeHead(200, headers).end('ok')
      })
    }),
  )
  const door = { port, token: 'token' }
  const outer = await listen(
    createServer((request, response) => {
      passOn(door, request.url ?? '/', request, response).catch((error: { code?: string }) => {
        response.writeHead(503).end(error.code)
      })
    }),
  )
  return { heard, port, outer }
}

const say = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.setEncoding('utf8').on('data', (piece: string) => {
      answer += piece
    })
    socket.once('end', () => resolve(answer)).once('error', reject)
  })

describe('what is passed on to Node-RED', () => {
  it.each(['GET', 'DELETE', 'POST'])('is one request with its body, of a %s in pieces too', async (method) => {
    const { heard, outer } = await world()
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n'
    const head = `${method} /doorbell HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`
    const answer = await say(outer, `${head}${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`)
    expect(answer).toContain(' 200 ')
    expect(heard).toEqual([`${method} /doorbell ${hidden}`])
  })

  it('brings nothing back that signs a page out or outlives it', async () => {
    const { outer } = await world({
      'Clear-Site-Data': '"cookies"',
      'Service-Worker-Allowed': '/',
      'Set-Cookie': 'heed=x',
      'X-Own': 'kept',
    })
    const { headers } = await fetch(`http://127.0.0.1:${outer}/`)
    expect(
      ['clear-site-data', 'service-worker-allowed', 'set-cookie', 'x-own'].map((name) => headers.get(name)),
    ).toEqual([null, null, null, 'kept'])
  })
})

describe('what Node-RED has', () => {
  it('is asked for before a tab is added: one unknown type would stop all of its flows', async () => {
    const heard: (string | undefined)[] = []
    const port = await listen(
      createServer((request, response) => {
        heard.push(request.url, request.headers.accept)
        response.end(
          JSON.stringify([
            { types: ['function'] },
            { types: ['bell'], enabled: false },
            { types: ['heed-in', 'heed-out'] },
          ]),
        )
      }),
    )
    const nodes = ['heed-in', 'function', 'zigbee-out', 'bell', 'zigbee-out'].map((type) => ({ type }))
    expect(await missingTypes({ port, token: 'token' }, nodes)).toEqual(['zigbee-out', 'bell'])
    expect(heard).toEqual(['/node-red/nodes', 'application/json'])
  })
})

describe('a Node-RED that has just gone', () => {
  it('is said in words, wherever it was asked', async () => {
    const { outer, port } = await world()
    const inner = servers[0]
    inner?.closeAllConnections()
    await new Promise((resolve) => inner?.close(resolve))
    servers.shift()
    expect(await (await fetch(`http://127.0.0.1:${outer}/doorbell`)).text()).toBe('NODERED_AWAY')
    await expect(askAdmin({ port, token: 'token' }, 'POST', '/flow', {})).rejects.toMatchObject({
      code: 'NODERED_AWAY',
    })
  })

  it('is not connected to a socket that closed while it was let in', async () => {
    const { port } = await world()
    let connections = 0
    servers[0]?.on('connection', () => {
      connections += 1
    })
    const socket = new PassThrough()
    socket.destroy()
    await new Promise((resolve) => socket.once('close', resolve))
    const request = { url: '/node-red/comms', headers: {} } as Parameters<typeof passSocketOn>[1]
    expect(passSocketOn({ port, token: 'token' }, request, socket, Buffer.alloc(0))).toBeUndefined()
    // A later connection is seen after an earlier one.
    await fetch(`http://127.0.0.1:${port}/`)
    expect(connections).toBe(1)
  })
})
