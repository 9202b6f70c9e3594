// Whoever is not signed in finds nothing at Node-RED's address, however the address is written and whatever is asked of it.
import { request as send } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

let bench: ApiBench
beforeAll(async () => {
  bench = await startApi(memoryApi())
})
afterAll(() => bench.stop())

/** No client folds the path. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(bench.url)
  return new Promise((resolve, reject) => {
    const asked = send({ hostname, port, method, path, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.once('error', reject)
    asked.once('upgrade', () => reject(new Error('opened')))
    asked.end()
  })
}

const paths = [
  '/node-red',
  '/node-red/',
  '/node-red/flows',
  '/node-red?token=x',
  '/Node-Red/comms',
  '//node-red/flows',
  '/node-red//flows',
  '/./node-red/flows',
  '/x/../node-red/flows',
  '/api/../node-red/flows',
  '/node-red/../node-red/flows',
  '/node-red/%2e%2e/node-red/flows',
  '/%6eode-red/flows',
  '/node%2dred/flows',
  '/node%252dred/flows',
  '/node-red%2fflows',
  '/node-red%5cflows',
  '/node-red\\flows',
  '/node-red./flows',
  '/node-red/flows.',
  '/node-red;x/flows',
  '/node-red%00/flows',
  '/node-red%20/flows',
]

it.each(paths)('%s answers 401 to every method', async (path) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])
    expect([method, await ask(method, path)]).toEqual([method, 401])
  expect(await ask('GET', path, { authorization: 'Bearer wrong' })).toBe(401)
  expect(await ask('GET', path, { cookie: 'heed-session=wrong' })).toBe(401)
})

it('leaves every other page as it was', async () => {
  for (const path of ['/', '/flows', '/system/node-red', '/node-redder', '/x/node-red'])
    expect([path, await ask('GET', path)]).not.toEqual([path, 401])
})
