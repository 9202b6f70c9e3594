// Pictures between processes through Redis pub/sub, binary: sixteen bytes of sender, then the JPEG. Nothing is kept.
import { randomBytes } from 'node:crypto'
import { createRedis } from '../queue/index.ts'
import type { PictureRelayOptions, PictureRelayWire, PictureRelayWireEvents } from './picture-relay.ts'
import { createReporter, unreachable, answerOf } from '../queue/index.ts'

const askChannel = 'heed:relay:ask'
const pictureChannel = 'heed:relay:picture:'
const senderBytes = 16

/** The wire over Redis. */
export async function openRedisRelayWire(
  options: PictureRelayOptions & { random(): number },
  events: PictureRelayWireEvents,
): Promise<PictureRelayWire> {
  const redisUrl = options.redisUrl ?? ''
  const id = randomBytes(senderBytes)
  const listening = createRedis(redisUrl, options, 'relay, listening')
  const sending = createRedis(redisUrl, options, 'relay, sending')

  const report = createReporter(options.log, options.clock, { relay: 'redis' })

  const send = async (channel: string, body: Uint8Array): Promise<void> => {
    if (sending.status !== 'ready') throw unreachable('Redis', 'not connected')
    await sending.publish(channel, Buffer.concat([id, body]))
  }
  listening.on('messageBuffer', (name: Buffer, message: Buffer) => {
    if (message.subarray(0, senderBytes).equals(id)) return
    const body = message.subarray(senderBytes)
    const channel = name.toString()
    if (channel !== askChannel) return events.onPicture(channel.slice(pictureChannel.length), body)
    // Anybody may publish: what makes no sense must not end the process.
    try {
      events.onAsked(JSON.parse(body.toString()) as string[])
    } catch (error) {
      report(error)
    }
  })
  await answerOf(
    Promise.all([listening.subscribe(askChannel), sending.ping()]),
    5_000,
    options.clock,
    'Redis (REDIS_URL)',
  ).catch(() => undefined)
  return {
    ask: (channels) => send(askChannel, Buffer.from(JSON.stringify(channels))),
    send: (channel, jpeg) => send(pictureChannel + channel, jpeg),
    watch: async (channel) => {
      await listening.subscribe(pictureChannel + channel)
    },
    unwatch: async (channel) => {
      await listening.unsubscribe(pictureChannel + channel)
    },
    close: async () => {
      listening.disconnect()
      sending.disconnect()
    },
  }
}
