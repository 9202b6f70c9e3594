// The test of a connection ends when it says it does, whatever the server does with its time.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttp } from '../../runtime/egress/http.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { testWatching } from '../support/test-watching.ts'

const http = createHttp()
let server: Server
beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const drip = setInterval(() => response.write(' '), 50)
    response.once('close', () => clearInterval(drip))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await http.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a server that drips bytes', () => {
  it.each(['vllm-omni', 'joyai-webinfer'] as const)(
    'as %s takes no more of a test than its one deadline',
    async (kind) => {
      const startedMs = performance.now()
      const report = await testWatching({ http, limitMs: 1000 })({
        name: 'slow',
        ...ofKind(kind),
        config: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
        secret: {},
      })
      expect(report).toEqual({ ok: false, message: 'The model server did not answer within 0.8 s.' })
      expect(performance.now() - startedMs).toBeLessThan(1900)
    },
  )
})
