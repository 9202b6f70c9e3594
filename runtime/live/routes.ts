// `GET /api/live`: what happens, as it happens, as Server-Sent Events. Only joins a response to the hub.
import type { Router } from 'express'
import { z } from 'zod'
import { callerOf } from './caller.ts'
import { parseInput, queryFields } from '../../nodes/contract/input.ts'
import type { LiveHub } from './live-hub.ts'
import type { OpenLines } from './open-lines.ts'

/**
 * A line counts as full from here on, not from the socket's own 16 kB: all that is written in one turn waits for its end,
 * so a hundred streams that tick at once would look like a slow watcher.
 */
const fullBytes = 256 * 1024

const LiveQuerySchema = z.object({ flow: queryFields.text })

/** `status`, `decision`, `event`, `delivery`, `speech`, `seen` and `wires`, of one flow or of all; and what passed last on each wire. */
export function addLiveRoutes(api: Router, { hub, lines }: { hub: LiveHub; lines: OpenLines }): void {
  api.get('/flows/:id/wires', (request, response) => {
    response.json({ wires: hub.wiresOf(request.params.id) })
  })
  api.get('/live', (request, response) => {
    const { flow } = parseInput(LiveQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    // Sent at once, so that the browser knows it is connected before anything happens.
    response.write('retry: 2000\n\n')
    const { client, leave } = hub.join({
      flow,
      lastEventId: request.get('last-event-id'),
      sink: {
        write: (text) => response.write(text) || response.writableLength < fullBytes,
        end: () => {
          response.end()
        },
      },
    })
    const release = lines.hold(callerOf(response), client.end)
    response.on('drain', client.drained)
    response.once('close', () => {
      leave()
      release()
      client.end()
    })
  })
}
