// What happens in Heed, as it happens: a message for each event that fits.
'use strict'

module.exports = function (RED) {
  const words = (list) =>
    String(list || '')
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean)

  function HeedEvent(config) {
    RED.nodes.createNode(this, config)
    const { client } = RED.nodes.getNode(config.server) || {}
    if (!client) {
      this.status({ fill: 'red', shape: 'ring', text: RED._('heed-event.status.missing') })
      return
    }
    const kinds = words(config.kinds)
    const fits = async ({ event, flow }) => {
      if (kinds.length > 0 && !kinds.includes(event.kind)) return false
      if (config.card && config.card !== event.node) return false
      if (config.alertsOnly && !event.alert) return false
      if (config.text && !event.text.toLowerCase().includes(config.text.toLowerCase())) return false
      return !config.flow || (await client.flowId(config.flow)) === flow
    }
    const pictureOf = async ({ event }) => {
      if (!event.hasFrame || config.picture === 'none') return {}
      const path = `/api/events/${encodeURIComponent(event.id)}/frame`
      return config.picture === 'buffer'
        ? { picture: await client.request('GET', path) }
        : { picture: client.url + path }
    }
    const pass = async (message) => {
      if (!(await fits(message))) return
      const { event, flow } = message
      this.send({
        topic: event.kind,
        payload: event.text,
        heed: { ...event, eventId: event.id, flow },
        ...(await pictureOf(message)),
      })
      this.status({ fill: 'green', shape: 'dot', text: event.text.slice(0, 19) })
    }
    // One after the other: a picture that is slow to come must not turn the order round.
    let last = Promise.resolve()
    const leave = client.listen({
      hear: (message) => {
        last = last.then(() => pass(message)).catch((error) => this.error(error.message, { payload: message }))
      },
      state: (state, why) => {
        if (state === 'live') this.status({ fill: 'green', shape: 'ring', text: RED._('heed-event.status.live') })
        else {
          this.status({ fill: 'yellow', shape: 'ring', text: RED._('heed-event.status.away') })
          this.warn(why)
        }
      },
    })
    this.status({ fill: 'yellow', shape: 'ring', text: RED._('heed-event.status.connecting') })
    this.on('close', () => {
      leave()
      this.status({})
    })
  }
  RED.nodes.registerType('heed-event', HeedEvent)
}
