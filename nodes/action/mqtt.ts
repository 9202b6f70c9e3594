// The message as JSON under a topic of an MQTT broker, its picture beside it. The topic is what the user wrote: no text ever
// becomes part of it.
import type { Channel } from './channel.ts'

export const mqtt: Channel = {
  id: 'mqtt',
  label: 'MQTT',
  help: 'The message as JSON to a broker, the picture as JPEG under "/picture" below it: for Home Assistant and the like.',
  connection: { kind: 'mqtt' },
  takesPicture: true,
  to: {
    what: 'a topic without the wildcards + and #',
    example: 'home/heed/alert',
    isValid: (to) => to.length <= 1000 && !/[+#\u0000-\u001f]/.test(to) && !to.startsWith('$'),
  },
  send: async ({ title, message, acknowledgeUrl, picture }, ctx) => {
    const frame = message.frame ? { frame: { url: ctx.absoluteUrl(message.frame.url) } } : {}
    const topic = ctx.config.to.trim()
    const pictureTopic = `${topic}/picture`
    const payload = JSON.stringify({
      ...message,
      ...frame,
      title,
      flow: ctx.flow,
      acknowledgeUrl,
      ...(picture ? { pictureTopic } : {}),
    })
    // The picture first: whoever is woken by the message finds it there.
    await ctx.mqtt.publish(
      ctx.config.connection,
      [...(picture ? [{ topic: pictureTopic, payload: picture }] : []), { topic, payload }],
      ctx.signal,
    )
    return picture
      ? `The broker has taken it, under ${topic}, with the picture.`
      : `The broker has taken it, under ${topic}.`
  },
}
