// A thread that posts a body and says how long the answer was: what a server costs is measured without its client.
import { request } from 'node:http'
import { parentPort } from 'node:worker_threads'

export interface Posted {
  port: number
  token: string
  path: string
  body: string
}

parentPort?.on('message', ({ port, token, path, body }: Posted) => {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  const asked = request({ host: '127.0.0.1', port, method: 'POST', path, agent: false, headers }, (answer) => {
    let bytes = 0
    answer.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    answer.on('end', () => parentPort?.postMessage({ status: answer.statusCode, bytes }))
  })
  asked.end(body)
})
