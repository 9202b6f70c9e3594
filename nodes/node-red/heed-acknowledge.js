// Says that somebody has seen an alert, so that reminders and escalation stop.
'use strict'

const { HeedError, onInput } = require('./client.js')

module.exports = function (RED) {
  function HeedAcknowledge(config) {
    RED.nodes.createNode(this, config)
    this.client = (RED.nodes.getNode(config.server) || {}).client
    onInput(this, RED, async (client, msg) => {
      const id = msg.heed?.eventId || (typeof msg.payload === 'string' ? msg.payload.trim() : '')
      if (id === '')
        throw new HeedError('No event is named: pass on msg.heed, or put its id into msg.payload.', 'HEED_EVENT', 0)
      const event = await client.request('POST', `/api/events/${encodeURIComponent(id)}/acknowledge`)
      msg.heed = { ...msg.heed, eventId: id, acknowledgedAt: event.acknowledgedAt }
      return RED._('heed-acknowledge.status.seen')
    })
    this.on('close', () => this.status({}))
  }
  RED.nodes.registerType('heed-acknowledge', HeedAcknowledge)
}
