// Puts a message before a card of a running flow in Heed.
'use strict'

const { onInput, textOf } = require('./client.js')

module.exports = function (RED) {
  function HeedMessage(config) {
    RED.nodes.createNode(this, config)
    this.client = (RED.nodes.getNode(config.server) || {}).client
    onInput(this, RED, async (client, msg) => {
      const flow = await client.flowId(config.flow || msg.flow)
      const card = encodeURIComponent(config.card || msg.card || '')
      const body = { text: textOf(config.text, msg.payload), port: config.port || 'message' }
      const { sent } = await client.request('POST', `/api/flows/${flow}/nodes/${card}/input`, body)
      msg.heed = { flow, sent }
      return RED._('heed-message.status.sent')
    })
    this.on('close', () => this.status({}))
  }
  RED.nodes.registerType('heed-message', HeedMessage)
}
