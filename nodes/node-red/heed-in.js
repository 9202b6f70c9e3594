// Where a Heed flow hands its messages to Node-RED. Works in the Node-RED that Heed runs itself, and says so elsewhere.
'use strict'

module.exports = function (RED) {
  function HeedIn(config) {
    RED.nodes.createNode(this, config)
    const bridge = RED.settings.heedBridge
    if (!bridge) {
      this.status({ fill: 'grey', shape: 'ring', text: RED._('heed-in.status.elsewhere') })
      return
    }
    const close = bridge.openEntry(this, config.name || '')
    this.on('close', close)
  }
  RED.nodes.registerType('heed-in', HeedIn)
}
