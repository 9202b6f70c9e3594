// A card of a Heed flow that only Heed runs: here it shows what it is and carries what it is set to, for the way back.
'use strict'

module.exports = function (RED) {
  function HeedCard(config) {
    RED.nodes.createNode(this, config)
    const { type } = config.heed || {}
    this.status({ fill: 'grey', shape: 'ring', text: String(type || '').slice(0, 19) })
    this.on('input', (msg, send, done) => done(new Error(RED._('heed-card.error.there'))))
    this.on('close', () => this.status({}))
  }
  RED.nodes.registerType('heed-card', HeedCard)
}
