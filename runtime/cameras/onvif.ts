// The little of ONVIF that finds a camera's picture: what is asked in SOAP, what of the answers counts. Pure. Answers come from whoever
// answers in the network, so that nothing of them is trusted beyond its shape, and no entity of theirs is ever looked up.
import { createHash } from 'node:crypto'
import type { FoundCamera } from './route-answers.ts'

const envelope = (head: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${head}<s:Body>${body}</s:Body></s:Envelope>`

/** The question into the network. */
export function probeText(id: string): string {
  return envelope(
    `<s:Header xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:${id}</a:MessageID><a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>`,
    '<Probe xmlns="http://schemas.xmlsoap.org/ws/2005/04/discovery"><Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</Types></Probe>',
  )
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const plain = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => entities[name] ?? '').trim()
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${String(char.charCodeAt(0))};`)

/** Each element of that name, whatever its prefix. Goes through the text once, however often an element begins in it and never ends. */
function elementsOf(xml: string, name: string): { attributes: string; inside: string }[] {
  const begin = new RegExp(`<(?:[\\w.-]+:)?${name}(?=[\\s>])([^<>]*)>`, 'g')
  const end = new RegExp(`</(?:[\\w.-]+:)?${name}>`, 'g')
  const found: { attributes: string; inside: string }[] = []
  for (let begun = begin.exec(xml); begun; begun = begin.exec(xml)) {
    end.lastIndex = begin.lastIndex
    const ended = end.exec(xml)
    if (!ended) break
    found.push({ attributes: begun[1] ?? '', inside: xml.slice(begin.lastIndex, ended.index) })
    begin.lastIndex = end.lastIndex
  }
  return found
}
const elements = (xml: string, name: string): string[] => elementsOf(xml, name).map(({ inside }) => inside)
const text = (xml: string, name: string): string => plain(elements(xml, name)[0] ?? '')

/** Cameras in an answer to the probe with this id; answers to others are none. */
export function readProbeMatch(xml: string, id: string): FoundCamera[] {
  if (!text(xml, 'RelatesTo').endsWith(id)) return []
  return elements(xml, 'ProbeMatch').flatMap((match): FoundCamera[] => {
    const services = text(match, 'XAddrs')
      .split(/\s+/)
      .filter((each) => URL.canParse(each) && /^https?:$/.test(new URL(each).protocol))
    // An IPv6 address of the link alone means nothing without the network it came from.
    const service = services.find((each) => !new URL(each).hostname.startsWith('[')) ?? services[0]
    if (service === undefined) return []
    const scopes = text(match, 'Scopes').split(/\s+/)
    const scope = (kind: string): string => {
      const found = scopes.find((each) => each.startsWith(`onvif://www.onvif.org/${kind}/`))
      return readable(found?.slice(found.lastIndexOf('/') + 1) ?? '')
    }
    const { hostname: host } = new URL(service)
    return [{ service, host, name: scope('name') || host, model: scope('hardware') }]
  })
}

function readable(part: string): string {
  try {
    return decodeURIComponent(part).slice(0, 60).trim()
  } catch {
    return part.slice(0, 60).trim()
  }
}

export interface Login {
  user: string
  password: string
}

/** What proves the password without saying it (WS-UsernameToken, digest). */
function security({ user, password }: Login, nonce: Uint8Array, created: string): string {
  if (user === '' && password === '') return ''
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  const namespace = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'
  return `<s:Header><Security s:mustUnderstand="1" xmlns="${namespace}-wssecurity-secext-1.0.xsd"><UsernameToken><Username>${escaped(user)}</Username><Password Type="${namespace}-username-token-profile-1.0#PasswordDigest">${digest}</Password><Nonce EncodingType="${namespace}-soap-message-security-1.0#Base64Binary">${Buffer.from(nonce).toString('base64')}</Nonce><Created xmlns="${namespace}-wssecurity-utility-1.0.xsd">${created}</Created></UsernameToken></Security></s:Header>`
}

/** The three questions on the way to the picture. */
export const questions = {
  capabilities:
    '<GetCapabilities xmlns="http://www.onvif.org/ver10/device/wsdl"><Category>Media</Category></GetCapabilities>',
  profiles: '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>',
  stream: (profile: string): string =>
    `<GetStreamUri xmlns="http://www.onvif.org/ver10/media/wsdl"><StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream><Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport></StreamSetup><ProfileToken>${escaped(profile)}</ProfileToken></GetStreamUri>`,
} as const

export function questionText(body: string, login: Login, nonce: Uint8Array, created: string): string {
  return envelope(security(login, nonce, created), body)
}

/** Where the media service answers; the device's own address when it says another host. */
export function readMediaService(xml: string, service: string): string {
  const said = text(elements(xml, 'Media')[0] ?? '', 'XAddr')
  if (!URL.canParse(said)) return service
  const [url, known] = [new URL(said), new URL(service)]
  // A camera behind a router names the address it believes to have.
  url.hostname = known.hostname
  return url.href
}

export function readProfiles(
  xml: string,
): { token: string; name: string; width: number | null; height: number | null }[] {
  const found = elementsOf(xml, 'Profiles').slice(0, 12)
  return found.flatMap(({ attributes, inside }) => {
    const token = /\btoken="([^"]*)"/.exec(attributes)?.[1]
    const size = elements(inside, 'Resolution')[0] ?? ''
    const number = (name: string): number | null => Number(text(size, name)) || null
    return token === undefined
      ? []
      : [{ token: plain(token), name: text(inside, 'Name') || token, width: number('Width'), height: number('Height') }]
  })
}

/** The address of a profile's stream at the host that was asked, its login taken off; undefined when there is none. */
export function readStreamUri(xml: string, service: string): string | undefined {
  const said = text(xml, 'Uri')
  if (!URL.canParse(said) || !/^rtsps?:$/.test(new URL(said).protocol)) return undefined
  const url = new URL(said)
  url.username = url.password = ''
  // As above; and whoever answers must not have the login that was typed for it carried to somebody else.
  url.hostname = new URL(service).hostname
  return url.href
}

/** Why a question was refused, in the camera's own few words. */
export function readFault(xml: string): string {
  return text(elements(xml, 'Reason')[0] ?? '', 'Text').slice(0, 200)
}
