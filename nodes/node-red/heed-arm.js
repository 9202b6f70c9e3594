// Arms and disarms a card of a running flow; starts and stops a flow.
'use strict'

const { HeedError, onInput } = require('./client.js')

const words = { true: 'arm', false: 'disarm', on: 'arm', off: 'disarm', start: 'deploy' }
const known = ['arm', 'disarm', 'deploy', 'stop']

module.exports = function (RED) {
  function HeedArm(config) {
    RED.nodes.createNode(this, config)
    this.client = (RED.nodes.getNode(config.server) || {}).client
    onInput(this, RED, async (client, msg) => {
      const said =
        config.action && config.action !== 'payload' ? config.action : String(msg.payload).trim().toLowerCase()
      const action = words[said] || said
      if (!known.includes(action))
        throw new HeedError(`“${said.slice(0, 40)}” is none of arm, disarm, deploy and stop.`, 'HEED_ACTION', 0)
      const flow = await client.flowId(config.flow || msg.flow)
      if (action === 'deploy' || action === 'stop') {
        msg.heed = { flow, action, ...(await client.request('POST', `/api/flows/${flow}/${action}`)) }
      } else {
        const card = encodeURIComponent(config.card || msg.card || '')
        const body = { text: action === 'arm' ? 'on' : 'off', port: 'control' }
        const { sent } = await client.request('POST', `/api/flows/${flow}/nodes/${card}/input`, body)
        msg.heed = { flow, action, sent }
      }
      return RED._(`heed-arm.status.${action}`)
    })
    this.on('close', () => this.status({}))
  }
  RED.nodes.registerType('heed-arm', HeedArm)
}
