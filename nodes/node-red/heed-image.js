// The newest picture of a camera that a running flow watches, as a JPEG.
'use strict'

const { HeedError, onInput } = require('./client.js')

module.exports = function (RED) {
  function HeedImage(config) {
    RED.nodes.createNode(this, config)
    this.client = (RED.nodes.getNode(config.server) || {}).client
    onInput(this, RED, async (client, msg) => {
      const flow = await client.flowId(config.flow || msg.flow)
      const { streams } = await client.request('GET', `/api/flows/${flow}/status`)
      const wanted = config.camera || msg.camera
      const stream = wanted ? streams.find(({ id, source }) => source === wanted || id === wanted) : streams[0]
      if (!stream)
        throw new HeedError(
          wanted ? `This flow has no camera “${String(wanted).slice(0, 60)}”.` : 'This flow watches no camera now.',
          'HEED_CAMERA',
          404,
        )
      const url = `/api/streams/${encodeURIComponent(stream.id)}/frame`
      msg.heed = { flow, stream: stream.id, url: client.url + url }
      msg.payload = config.as === 'url' ? client.url + url : await client.request('GET', url)
      return RED._('heed-image.status.got')
    })
    this.on('close', () => this.status({}))
  }
  RED.nodes.registerType('heed-image', HeedImage)
}
