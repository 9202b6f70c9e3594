// The message as JSON under a topic of an MQTT broker. The topic is what the user wrote: no text ever becomes part of it.
import type { Channel } from './channel.ts'

export const mqtt: Channel = {
  id: 'mqtt', label: 'MQTT', help: 'The message as JSON to a broker, for Home Assistant and the like.',
  connection: { kind: 'mqtt' },
  to: {
    what: 'a topic without the wildcards + and #', example: 'home/heed/alert',
    isValid: (to) => to.length <= 1000 && !/[+#\u0000-\u001f]/.test(to) && !to.startsWith('$'),
  },
  send: async ({ title, message, acknowledgeUrl }, ctx) => {
    const frame = message.frame ? { frame: { url: ctx.absoluteUrl(message.frame.url) } } : {}
    const payload = JSON.stringify({ ...message, ...frame, title, flow: ctx.flow, acknowledgeUrl })
    const topic = ctx.config.to.trim()
    await ctx.mqtt.publish(ctx.config.connection, topic, payload, ctx.signal)
    return `The broker has taken it, under ${topic}.`
  },
}
