// Puts a question to the model of a running flow, and waits for what it says next.
'use strict'

const { onInput, textOf } = require('./client.js')

module.exports = function (RED) {
  function HeedAsk(config) {
    RED.nodes.createNode(this, config)
    this.client = (RED.nodes.getNode(config.server) || {}).client
    const waiting = new Set()

    /** The next thing that is said in one of these streams; `undefined` when nothing is said in time. */
    const nextSaid = (client, streams, waitMs) => {
      let leave
      let end
      const heard = new Promise((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        end = () => {
          clearTimeout(timer)
          resolve()
        }
        leave = client.listen({
          hear: ({ event }) => {
            if (event.kind === 'response.given' && streams().includes(event.stream)) resolve(event)
          },
          state: () => {},
        })
      }).finally(() => {
        end()
        leave()
        waiting.delete(end)
      })
      waiting.add(end)
      return { heard, end }
    }

    onInput(this, RED, async (client, msg) => {
      const flow = await client.flowId(config.flow || msg.flow)
      const waitMs = Number(config.wait || 0) * 1000
      let streams = []
      const next = waitMs > 0 ? nextSaid(client, () => streams, waitMs) : undefined
      let sent
      try {
        ;({ sent } = await client.request('POST', `/api/flows/${flow}/ask`, { text: textOf(config.text, msg.payload) }))
      } catch (error) {
        next?.end()
        throw error
      }
      streams = sent.map(({ stream }) => stream)
      msg.heed = { flow, sent }
      if (!next) return RED._('heed-ask.status.asked')
      this.status({ fill: 'blue', shape: 'dot', text: RED._('heed-ask.status.waiting') })
      const event = await next.heard
      if (!event) throw new Error(RED._('heed-ask.error.silent', { seconds: config.wait }))
      msg.payload = event.text
      msg.heed = { ...event, eventId: event.id, flow }
      return RED._('heed-ask.status.answered')
    })
    this.on('close', () => {
      for (const end of [...waiting]) end()
      this.status({})
    })
  }
  RED.nodes.registerType('heed-ask', HeedAsk)
}
