// Puts a question to the model of a running flow, and waits for the answer to this very question.
'use strict'

const { onInput, textOf } = require('./client.js')

/** The questions that an event ends. The feed says only what happened; the event itself says to which question. */
async function questionsIn(client, event) {
  if (event.kind !== 'response.given' && event.kind !== 'question.expired') return []
  const { fields } = event.fields ? event : await client.request('GET', `/api/events/${encodeURIComponent(event.id)}`)
  return event.kind === 'question.expired' ? [fields.id] : (fields.answersTo || []).map(({ id }) => id)
}

module.exports = function (RED) {
  function HeedAsk(config) {
    RED.nodes.createNode(this, config)
    this.client = (RED.nodes.getNode(config.server) || {}).client
    const waiting = new Set()

    /** What answers one of the questions, or the last of them to expire; `undefined` when neither comes in time. */
    const endOf = (client, ask, waitMs) => {
      let asked
      let leave
      let end
      const ended = new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, waitMs)
        end = () => {
          clearTimeout(timer)
          resolve()
        }
        const expired = new Set()
        const hear = async (event) => {
          // An answer may come before Heed has said what the question is called.
          const [ids, about] = await Promise.all([asked, questionsIn(client, event)])
          const ours = about.filter((id) => ids.includes(id))
          if (event.kind === 'question.expired') for (const id of ours) expired.add(id)
          if (ours.length > 0 && (event.kind === 'response.given' || expired.size === ids.length)) resolve(event)
        }
        leave = client.listen({ hear: ({ event }) => void hear(event).catch(reject), state: () => {} })
        // Heard before it is asked: nothing may come in between.
        asked = ask()
        asked.catch(reject)
      }).finally(() => {
        end()
        leave()
        waiting.delete(end)
      })
      waiting.add(end)
      return ended
    }

    onInput(this, RED, async (client, msg) => {
      const flow = await client.flowId(config.flow || msg.flow)
      const text = textOf(config.text, msg.payload)
      const waitMs = Number(config.wait || 0) * 1000
      const ask = async () => (await client.request('POST', `/api/flows/${flow}/ask`, { text })).sent
      if (!(waitMs > 0)) {
        msg.heed = { flow, sent: await ask() }
        return RED._('heed-ask.status.asked')
      }
      this.status({ fill: 'blue', shape: 'dot', text: RED._('heed-ask.status.waiting') })
      const event = await endOf(client, async () => (await ask()).map(({ id }) => id), waitMs)
      if (!event) throw new Error(RED._('heed-ask.error.silent', { seconds: config.wait }))
      if (event.kind === 'question.expired') throw new Error(event.text)
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
