// Where a Heed is, and the token it knows. One live feed for all nodes that use it.
'use strict'

const { HeedClient } = require('./client.js')

module.exports = function (RED) {
  /** `${NAME}` stands for a variable of the environment, in a credential too. */
  const resolved = (value, node) => {
    const [, name] = /^\$\{(.+)\}$/.exec(value || '') || []
    return name === undefined ? value : RED.util.evaluateNodeProperty(name, 'env', node)
  }

  function HeedServer(config) {
    RED.nodes.createNode(this, config)
    this.client = new HeedClient({ url: resolved(config.url, this), token: resolved(this.credentials.token, this) })
    this.on('close', () => this.client.close())
  }
  RED.nodes.registerType('heed-server', HeedServer, { credentials: { token: { type: 'password' } } })

  RED.httpAdmin.post('/heed-server/test', RED.auth.needsPermission('heed-server.write'), async (request, response) => {
    const { id, url, token } = request.body || {}
    const saved = RED.nodes.getCredentials(id) || {}
    const client = new HeedClient({ url: resolved(url), token: resolved(token === '__PWRD__' ? saved.token : token) })
    try {
      const { flows } = await client.request('GET', '/api/flows')
      response.json({ flows: flows.map(({ id, name }) => ({ id, name })) })
    } catch (error) {
      response.json({ error: error.message })
    } finally {
      client.close()
    }
  })
}
