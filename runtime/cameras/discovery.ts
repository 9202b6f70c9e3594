// Looks for cameras in the network (ONVIF WS-Discovery over multicast) and asks one for the addresses of its pictures. Goes nowhere but
// where a camera has answered from, and only when a person asks.
import { randomBytes, randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { Clock, HttpPort } from '../../nodes/contract/capabilities.ts'
import { BadRequestError, RetryableError } from '../../nodes/contract/errors.ts'
import {
  probeText,
  questions,
  questionText,
  readFault,
  readMediaService,
  readProbeMatch,
  readProfiles,
  readStreamUri,
  type Login,
} from './onvif.ts'
import type { FoundCamera, FoundProfile } from './route-answers.ts'

export interface Discovery {
  /** Those that answer within some seconds, by host. */
  look(): Promise<FoundCamera[]>
  /** Throws BadRequestError CAMERA_LOGIN_WRONG, RetryableError CAMERA_ONVIF_SILENT. */
  profiles(service: string, login: Login): Promise<FoundProfile[]>
}

export interface DiscoveryDeps {
  clock: Clock
  http: HttpPort
  /** Default: the multicast group of WS-Discovery. */
  group?: { address: string; port: number }
  listenMs?: number
}

const group = { address: '239.255.255.250', port: 3702 }
const mostFound = 200
const soapType = 'application/soap+xml; charset=utf-8'

export function createDiscovery({ clock, http, listenMs = 3_000, ...options }: DiscoveryDeps): Discovery {
  const to = options.group ?? group
  const ask = async (url: string, body: string, login: Login): Promise<string> => {
    const created = new Date(clock.nowMs()).toISOString()
    const answer = await http.request(
      {
        method: 'POST',
        url,
        headers: { 'content-type': soapType },
        body: questionText(body, login, randomBytes(16), created),
        timeoutMs: 5_000,
      },
      new AbortController().signal,
    )
    const xml = answer.text
    if (answer.status === 401 || answer.status === 403 || /NotAuthorized|FailedAuthentication/i.test(xml))
      throw new BadRequestError(
        'CAMERA_LOGIN_WRONG',
        'The camera wants a user name and a password, and did not take these. Many cameras have users of their own for ONVIF.',
      )
    if (answer.status >= 300)
      throw new RetryableError(
        'CAMERA_ONVIF_SILENT',
        `The camera does not say where its pictures are (${answer.status}${readFault(xml) ? `: ${readFault(xml)}` : ''}). Type its address instead.`,
      )
    return xml
  }
  return {
    look: async () => {
      const found = new Map<string, FoundCamera>()
      const id = randomUUID()
      const sockets = await openSockets(to, (bytes) => {
        for (const camera of readProbeMatch(bytes.toString('utf8'), id))
          if (found.size < mostFound) found.set(camera.service, camera)
      })
      try {
        const probe = Buffer.from(probeText(id))
        // Twice: it is UDP.
        for (const pauseMs of [listenMs / 4, (listenMs * 3) / 4]) {
          for (const socket of sockets) socket.send(probe, to.port, to.address, () => undefined)
          await clock.sleep(pauseMs)
        }
      } finally {
        for (const socket of sockets) socket.close()
      }
      return [...found.values()].sort((a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }))
    },
    profiles: async (service, login) => {
      const media = readMediaService(await ask(service, questions.capabilities, login), service)
      const profiles: FoundProfile[] = []
      for (const { token, ...profile } of readProfiles(await ask(media, questions.profiles, login))) {
        const url = readStreamUri(await ask(media, questions.stream(token), login), service)
        if (url !== undefined) profiles.push({ ...profile, url })
      }
      return profiles
    },
  }
}

/** One for each network this machine is in: a question goes out of one of them only. */
async function openSockets(to: { address: string }, onAnswer: (bytes: Buffer) => void): Promise<Socket[]> {
  const isMulticast = /^2(?:2[4-9]|3\d)\./.test(to.address)
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
  )
  const opened = await Promise.all((isMulticast && own.length > 0 ? own : ['0.0.0.0']).map((from) => open(from)))
  return opened.flatMap((socket) => socket ?? [])

  function open(from: string): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = createSocket({ type: 'udp4', reuseAddr: true })
      // A network that went away a moment ago has no cameras.
      socket.on('error', () => resolve(undefined))
      socket.on('message', onAnswer)
      socket.bind(0, from === '0.0.0.0' ? undefined : from, () => {
        if (isMulticast && from !== '0.0.0.0') socket.setMulticastInterface(from)
        resolve(socket)
      })
    })
  }
}
