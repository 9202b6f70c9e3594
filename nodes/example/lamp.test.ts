import { testMessage, testNode } from 'heed/testing'
import { expect, it } from 'vitest'
import type { HttpRequest, HttpResponse } from 'heed/contract'
import lamp from './lamp.ts'

const bridge = {
  name: 'bridge',
  kind: 'lamp-bridge',
  can: { 'own-lamps': 'http' },
  config: { url: 'http://bridge.test/api' },
  secret: { token: 't1' },
} as const

function lampThatAnswers(status: number) {
  const asked: HttpRequest[] = []
  const node = testNode(lamp, {
    config: { connection: 'bridge' },
    connections: { get: async () => bridge },
    http: {
      request: async (request) => {
        asked.push(request)
        return { status, headers: {}, text: '' } as HttpResponse
      },
    },
  })
  return { node, asked }
}

it('lights the lamp once per message, with the token of its bridge', async () => {
  const { node, asked } = lampThatAnswers(204)
  const result = await node.perform(testMessage('Ana has fallen.'))
  expect(result).toMatchObject({ outputs: { lit: { text: 'Ana has fallen.' } }, summary: 'hall is red.' })
  expect(asked).toMatchObject([
    { url: 'http://bridge.test/api/lamps/hall', headers: { authorization: 'Bearer t1' }, method: 'POST' },
  ])
})

it('is tried again when the bridge is in trouble, and not when it refuses', async () => {
  await expect(lampThatAnswers(503).node.perform(testMessage('x'))).rejects.toMatchObject({ code: 'LAMP_BUSY' })
  await expect(lampThatAnswers(404).node.perform(testMessage('x'))).rejects.toMatchObject({ code: 'LAMP_REFUSED' })
})
