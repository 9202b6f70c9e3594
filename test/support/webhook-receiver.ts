// A webhook receiver that can misbehave: answers with any status, hangs, or closes the connection.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedHook {
  atMs: number
  key: string
  headers: IncomingHttpHeaders
  raw: string
  body: Record<string, unknown>
}

export type Behaviour = number | 'hang' | 'close' | { status: number; location: string }

export interface WebhookReceiver {
  url: string
  received: ReceivedHook[]
  /** Idempotency keys that were answered with 2xx. */
  delivered(): string[]
  /** One behaviour a request, in order; afterwards 200. */
  script(...behaviours: Behaviour[]): void
  /** The same for what says this text alone, whatever else arrives in between. */
  scriptFor(text: string, ...behaviours: Behaviour[]): void
  stop(): Promise<void>
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedHook[] = []
  const accepted: string[] = []
  let plan: Behaviour[] = []
  const plans = new Map<unknown, Behaviour[]>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8')
      const key = String(request.headers['idempotency-key'] ?? '')
      const body = JSON.parse(raw) as Record<string, unknown>
      received.push({ atMs: Date.now(), key, headers: request.headers, raw, body })
      const behaviour = plans.get(body.text)?.shift() ?? plan.shift() ?? 200
      if (behaviour === 'hang') return
      if (behaviour === 'close') {
        request.socket.destroy()
        return
      }
      if (typeof behaviour === 'object') {
        response.writeHead(behaviour.status, { location: behaviour.location }).end('moved')
        return
      }
      if (behaviour >= 200 && behaviour < 300) accepted.push(key)
      response.writeHead(behaviour, { 'content-type': 'text/plain' }).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    delivered: () => [...accepted],
    script: (...behaviours) => {
      plan = behaviours
    },
    scriptFor: (text, ...behaviours) => void plans.set(text, behaviours),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
