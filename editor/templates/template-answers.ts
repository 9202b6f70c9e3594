// What somebody answers to a template's questions, from what is proposed to what is sent. Pure.
import type { RouteBody } from '../../runtime/http/route-bodies.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { AskView, TemplateDocument } from './template-views.ts'

/** How a person says what should be watched. */
export interface CameraChoice {
  way: 'browser' | 'screen' | 'address' | 'clip' | null
  address: string
  path: string
}
export interface Given {
  /** By node. */
  cameras: Record<string, CameraChoice>
  /** By `node.field`. */
  values: Record<string, unknown>
}

export const receiverFields: readonly string[] = ['channel', 'connection', 'to', 'url']
export const noCamera: CameraChoice = { way: null, address: '', path: '' }

export const placeOf = ({ node, field }: Pick<AskView, 'node' | 'field'>): string => `${node}.${field}`

/** A question about hours asks about the zone they are meant in too, where the card has one. */
export function zonePlace({ node }: Pick<AskView, 'node'>): string {
  return `${node}.timeZone`
}

/** What the page shows at first; hours go by the clock on this person's wall. */
export function firstAnswers({ asks, document }: TemplateDocument, timeZone: string): Given {
  const given: Given = { cameras: {}, values: {} }
  for (const ask of asks) {
    const config = document.nodes.find(({ id }) => id === ask.node)?.config ?? {}
    if (ask.kind === 'camera') given.cameras[ask.node] = noCamera
    else if (ask.kind === 'receiver')
      for (const field of receiverFields) given.values[`${ask.node}.${field}`] = config[field]
    else given.values[placeOf(ask)] = ask.default
    if (ask.kind === 'time' && 'timeZone' in config) given.values[zonePlace(ask)] = timeZone
  }
  return given
}

/** The settings of a camera card; null while nothing is chosen. */
export function cameraConfig({ way, address, path }: CameraChoice): Record<string, unknown> | null {
  const place = address.trim()
  if (way === 'browser' || way === 'screen') return { kind: 'browser' }
  if (way === 'clip') return path === '' ? null : { kind: 'file', path, loop: true }
  if (way !== 'address' || place === '') return null
  if (place.startsWith('/dev/')) return { kind: 'device', device: place }
  return { kind: /^rtsps?:/i.test(place) ? 'rtsp' : 'url', url: place }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Places that must be answered before it can start. */
export function unanswered(asks: readonly AskView[], given: Given): string[] {
  return asks.flatMap((ask) => {
    const missing =
      ask.kind === 'camera'
        ? cameraConfig(given.cameras[ask.node] ?? noCamera) === null
        : ask.kind === 'connection' && isEmpty(given.values[placeOf(ask)])
    return missing ? [placeOf(ask)] : []
  })
}

type Answers = NonNullable<RouteBody<'POST /templates/:id/use'>['answers']>

/** As `use` takes them. What is empty is left to the template. */
export function answersOf(asks: readonly AskView[], given: Given): Answers {
  const answers: Answers = {}
  for (const ask of asks) {
    const place = placeOf(ask)
    if (ask.kind === 'camera') {
      const config = cameraConfig(given.cameras[ask.node] ?? noCamera)
      if (config) answers[place] = config as Answers[string]
    } else if (ask.kind === 'receiver') {
      const told = receiverFields.map((field) => [field, given.values[`${ask.node}.${field}`]] as const)
      answers[place] = Object.fromEntries(told.filter(([, value]) => !isEmpty(value))) as Answers[string]
    } else if (!isEmpty(given.values[place])) answers[place] = given.values[place] as Answers[string]
    const zone = given.values[zonePlace(ask)]
    if (ask.kind === 'time' && !isEmpty(zone)) answers[zonePlace(ask)] = zone as Answers[string]
  }
  return answers
}

export interface Hours {
  days: 'daily' | 'Mon-Fri' | 'Sat,Sun'
  from: string
  to: string
}
const line = /^(daily|Mon-Fri|Sat,Sun) (\d\d:\d\d)-(\d\d:\d\d)$/

/** One line of hours in parts; null where they are written in a way that two clocks and a choice cannot show. */
export function readHours(value: unknown): Hours | null {
  const lines = Array.isArray(value) ? value.map(String) : [String(value ?? '')]
  const [, days, from, to] = (lines.length === 1 ? line.exec(lines[0] ?? '') : null) ?? []
  return days && from && to ? { days: days as Hours['days'], from, to } : null
}

/** As a card holds it. */
export function writeHours({ days, from, to }: Hours): string[] {
  return [`${days} ${from}-${to}`]
}

/** The cards whose pictures this browser will send, each with what it shows. */
export function sharedBy(document: Pick<Flow, 'nodes'>, given: Given): { node: string; what: 'camera' | 'screen' }[] {
  return document.nodes.flatMap(({ id }) => {
    const way = given.cameras[id]?.way
    if (way !== 'browser' && way !== 'screen') return []
    return [{ node: id, what: way === 'screen' ? ('screen' as const) : ('camera' as const) }]
  })
}
