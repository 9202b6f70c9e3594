// Gives a message back to Heed: the answer to what came in by "heed in", or something new for a flow that listens.
// Calls done only when Heed has it.
'use strict'

module.exports = function (RED) {
  function HeedOut(config) {
    RED.nodes.createNode(this, config)
    const bridge = RED.settings.heedBridge
    if (!bridge) {
      this.status({ fill: 'grey', shape: 'ring', text: RED._('heed-out.status.elsewhere') })
      this.on('input', (msg, send, done) => done(new Error(RED._('heed-out.error.elsewhere'))))
      return
    }
    const exit = bridge.openExit(this, config.name || '', config.answers !== false)
    this.on('input', (msg, send, done) => {
      exit.give(msg).then(
        (became) => {
          this.status({ fill: 'green', shape: 'dot', text: RED._('heed-out.status.' + became) })
          done()
        },
        (error) => {
          this.status({ fill: 'red', shape: 'ring', text: RED._('heed-out.status.failed') })
          done(error)
        },
      )
    })
    this.on('close', () => exit.close())
  }
  RED.nodes.registerType('heed-out', HeedOut)
}
