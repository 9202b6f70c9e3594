// A message to an MQTT broker, with its picture, acknowledged by it (QoS 1). A connection a message, bounded in time; never retries.
import { isIP } from 'node:net'
import mqtt from 'mqtt'
import type { IClientOptions, MqttClient } from 'mqtt'
import type { ConnectionPort, MqttPort } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { CodedError, FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { portOf } from '../../nodes/contract/hosts.ts'
import { createCleaner, secretsOfConnection, type Clean } from '../../nodes/contract/own-secrets.ts'
import { pinnedLookup } from '../egress/index.ts'
import type { Egress } from '../egress/index.ts'
import { pinnedAddresses } from '../egress/index.ts'

const timeoutMs = 10_000
/** Of a broker's words to one message: it has to say "yes" a few times. */
const mostBytes = 64 * 1024
const words: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  ETIMEDOUT: 'did not answer in time',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  EMSGSIZE: 'sends much more than a broker has to say',
}
/** Bad protocol, client id, user or rights: MQTT 3 and 5. Another try would be refused again. */
const refusals = new Set([1, 2, 4, 5, 132, 133, 134, 135, 138])

/** The MQTT port of this process; every connection passes the one door out. */
export function createMqtt({
  connections,
  egress,
}: {
  connections: Pick<ConnectionPort, 'get'>
  egress: Pick<Egress, 'checkAddress'>
}): MqttPort {
  return {
    publish: async (name, messages, signal) => {
      const connection = await connections.get(name)
      const targets = await targetsOf(connection, egress, signal)
      for (const { url, options } of targets) {
        if (signal.aborted) throw new StoppedError()
        const client = mqtt.connect(url, options)
        try {
          return await published(client, messages, signal, url)
        } catch (thrown) {
          if (signal.aborted) throw new StoppedError()
          if (isNobodyThere(thrown) && url !== targets.at(-1)?.url) continue
          const clean = createCleaner(secretsOfConnection(connection))
          throw asCoded(thrown, new URL(String(connection.config.url)).host, clean)
        } finally {
          client.end(true)
        }
      }
    },
  }
}

interface Target {
  url: string
  options: IClientOptions
}

/** To be tried in turn: a name may have several addresses. */
async function targetsOf(
  { name, kind, can, config, secret }: Connection,
  egress: Pick<Egress, 'checkAddress'>,
  signal: AbortSignal,
): Promise<Target[]> {
  if (can.notify !== 'mqtt')
    throw new FatalError(
      'MQTT_CONNECTION_UNFIT',
      `The connection "${name}" is of the kind "${kind}". This wants one of the kind "mqtt".`,
    )
  const url = new URL(String(config.url ?? ''))
  const login = {
    ...(secret.user ? { username: secret.user } : {}),
    ...(secret.password ? { password: secret.password } : {}),
  }
  const options: IClientOptions = {
    ...login,
    connectTimeout: timeoutMs,
    reconnectPeriod: 0,
    clean: true,
    queueQoSZero: false,
  }
  const addresses = await pinnedAddresses(egress, url.hostname, portOf(url), signal)
  // A WebSocket names its host to the server; it looks it up where we say, and follows no redirect.
  if (url.protocol.startsWith('ws'))
    return [
      {
        url: url.href,
        options: {
          ...options,
          wsOptions: { lookup: pinnedLookup(addresses), followRedirects: false, maxPayload: mostBytes },
        },
      },
    ]
  const servername = url.hostname
  return addresses.map(({ address }) => {
    const to = new URL(url)
    to.hostname = address.includes(':') ? `[${address}]` : address
    return {
      url: to.href,
      options: {
        ...options,
        ...(url.protocol === 'mqtts:' && isIP(servername) === 0 ? { servername } : {}),
      } as IClientOptions,
    }
  })
}

/** Nothing can have been sent, and it was said at once. */
function isNobodyThere(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'].includes(String(thrown.code))
  )
}

function published(
  client: MqttClient,
  messages: Parameters<MqttPort['publish']>[1],
  signal: AbortSignal,
  url: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(Object.assign(new Error(`no answer from ${new URL(url).host}`), { code: 'ETIMEDOUT' })),
      timeoutMs,
    )
    const stop = (): void => reject(new StoppedError())
    signal.addEventListener('abort', stop, { once: true })
    const settle = (end: () => void) => (): void => {
      clearTimeout(late)
      signal.removeEventListener('abort', stop)
      end()
    }
    const publish = async (): Promise<void> => {
      for (const { topic, payload } of messages)
        await client.publishAsync(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos: 1 })
    }
    let bytes = 0
    client.stream?.on('data', (piece: Uint8Array) => {
      bytes += piece.length
      if (bytes <= mostBytes) return
      settle(() => reject(Object.assign(new Error('too much'), { code: 'EMSGSIZE' })))()
      client.stream.destroy()
    })
    client.once(
      'connect',
      () => void publish().then(settle(resolve), (error: unknown) => settle(() => reject(toError(error)))()),
    )
    // Stays: a client that is ended may still complain.
    client.on('error', (error) => settle(() => reject(error))())
    client.once(
      'close',
      settle(() => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))),
    )
  })
}

function asCoded(thrown: unknown, host: string, clean: Clean): CodedError {
  if (thrown instanceof CodedError) return thrown
  const error = toError(thrown) as Error & { code?: string | number; errors?: { code?: string }[] }
  if (typeof error.code === 'number') {
    const text = `The broker at ${host} refused us (${error.code}: ${clean(error.message).slice(0, 100)}). Check user name and password of the connection.`
    return refusals.has(error.code) ? new FatalError('MQTT_REFUSED', text) : new RetryableError('MQTT_NOT_NOW', text)
  }
  const code = error.code ?? error.errors?.[0]?.code ?? ''
  return new RetryableError(
    'MQTT_UNREACHABLE',
    `The broker at ${host} ${words[code] ?? `could not be used: ${clean(error.message).slice(0, 100)}`}. Is it running there?`,
    { cause: error },
  )
}
