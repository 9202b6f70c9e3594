// Cameras on the web that break every rule: the guard before ffmpeg hears them out, and the process lives.
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHttpGuard } from '../../runtime/cameras/http-guard.ts'
import { hostileWebWays, startHostilePeer } from '../support/hostile-peer.ts'

const unheard: unknown[] = []
const note = (error: unknown): void => {
  unheard.push(error)
}
beforeAll(() => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
})
afterAll(() => {
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
})

/** One request of a viewer, as ffmpeg would send it; given up after a moment. */
async function view(proxy: string, source: string): Promise<void> {
  const { hostname, port, username, password } = new URL(proxy)
  const asked = request({
    hostname,
    port,
    path: source,
    headers: { 'proxy-authorization': `Basic ${btoa(`${username}:${password}`)}` },
    signal: AbortSignal.timeout(300),
  })
  asked.on('error', () => undefined)
  const closed = new Promise((resolve) => asked.once('close', resolve))
  asked.on('response', (given: IncomingMessage) => given.on('error', () => undefined).resume())
  asked.end()
  await closed
}

describe('the guard before a camera that', () => {
  it.each(Object.entries(hostileWebWays))('%s', async (_name, way) => {
    const peer = await startHostilePeer(way)
    const guard = await openHttpGuard({
      camera: new URL(`http://ana:secret@127.0.0.1:${peer.port}/video`),
      approveHost: async () => [{ address: '127.0.0.1', family: 4 }],
      onRefused: () => undefined,
      onConnection: () => undefined,
    })
    await view(guard.proxy, guard.source)
    await guard.close()
    await peer.close()
    // What nobody hears arrives a turn later.
    await new Promise(setImmediate)
    expect(unheard.splice(0)).toEqual([])
  })
})
