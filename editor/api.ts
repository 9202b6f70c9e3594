// The editor's only door to the server: typed requests, uploads with progress, the live feed. Nothing else here may call fetch.
import type { Flow, FlowNode } from '../nodes/contract/flow.ts'
import type { PictureFilter } from '../nodes/contract/frames.ts'
import { noteServerDate } from './server-clock.ts'
import type { Route, RouteAnswer } from '../runtime/http/route-answers.ts'
import type { RouteBody } from '../runtime/http/route-bodies.ts'
import type { Problem, RehearsalWishes, UploadedMedia } from './views.ts'
import { say } from './words/say.ts'
import { toldAnswer, toldDefinition } from './words/served.ts'

/** An answer that was not the wanted one. `status` 0: the server could not be reached. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly problems: Problem[]

  constructor(status: number, code: string, message: string, problems: Problem[] = []) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.problems = problems
  }
}

export const unreachable = say(
  'Heed does not answer. Check that it is running and that this device is online; trying again by itself.',
)

interface RequestOptions {
  body?: unknown
  wav?: Uint8Array<ArrayBuffer>
  /** A file or a text as it is. */
  raw?: Blob | string
  headers?: Record<string, string>
  keepalive?: boolean
  alsoFine?: number
}

/** Asks a route, with its own path and the types of its own schemas. `params` fill the path, `query` what follows it. */
export async function call<R extends Route>(
  route: R,
  params: Readonly<Record<string, string>> = {},
  options: RequestOptions & { query?: Query; body?: RouteBody<R> } = {},
): Promise<RouteAnswer<R>> {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern.replace(/([:*])(\w+)/g, (_whole, mark: string, name: string) => {
    const value = params[name] ?? ''
    return mark === ':' ? at(value) : value.split('/').map(at).join('/')
  })
  return (await send(method, path + queryText(options.query ?? {}), options)) as RouteAnswer<R>
}

type ListRoute = { [R in Route]: 'next' extends keyof RouteAnswer<R> ? R : never }[Route]

type Continued = { next?: string | null | undefined }
const cursorOf = (page: Continued | undefined): string | undefined => page?.next ?? undefined

/** All pages of a list: a server with more of something than it sends at once says where it goes on. */
async function pages<R extends ListRoute>(
  route: R,
  params: Readonly<Record<string, string>> = {},
  query: Query = {},
): Promise<(RouteAnswer<R> & Continued)[]> {
  const read = async (cursor?: string) =>
    (await call(route, params, { query: { ...query, cursor } })) as RouteAnswer<R> & Continued
  const found = [await read()]
  for (let next = cursorOf(found[0]); next; next = cursorOf(found.at(-1))) found.push(await read(next))
  return found
}

async function send(method: string, path: string, options: RequestOptions): Promise<unknown> {
  const init: RequestInit = {
    method,
    headers: { Accept: 'application/json', ...options.headers },
    credentials: 'same-origin',
  }
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body)
    init.headers = { ...init.headers, 'Content-Type': 'application/json' }
  }
  if (options.wav) {
    init.body = options.wav
    init.headers = { ...init.headers, 'Content-Type': 'audio/wav' }
  }
  if (options.raw !== undefined) {
    init.body = options.raw
    const type = typeof options.raw === 'string' ? 'text/plain' : options.raw.type
    init.headers = { ...init.headers, 'Content-Type': type || 'application/octet-stream' }
  }
  if (options.keepalive) init.keepalive = true
  let response: Response
  try {
    response = await fetch(`/api${path}`, init)
  } catch {
    throw new ApiError(0, 'EDITOR_OFFLINE', unreachable)
  }
  noteServerDate(response.headers.get('date'))
  const text = await response.text()
  if (!response.ok && response.status !== options.alsoFine) throw toApiError(response.status, text)
  return text === '' ? undefined : toldAnswer(JSON.parse(text))
}

function toApiError(status: number, text: string): ApiError {
  try {
    const { error } = toldAnswer(JSON.parse(text)) as { error: { code: string; message: string; problems?: Problem[] } }
    const error_ = new ApiError(status, error.code, error.message, error.problems ?? [])
    if (status === 401 && error.code !== 'AUTH_PASSWORD_WRONG') signedOut()
    return error_
  } catch {
    if (status >= 502 && status <= 504) return new ApiError(0, 'EDITOR_OFFLINE', unreachable)
    return new ApiError(
      status,
      'EDITOR_ANSWER_UNREADABLE',
      say('Heed answered {status} in a form this page cannot read. Reload the page.', { status }),
    )
  }
}

let signedOut = (): void => {}
/** Called once by sign-in.ts: what to do when the server says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

const at = encodeURIComponent
type Query = Record<string, string | number | undefined>
function queryText(values: Query): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return entries.length === 0 ? '' : `?${entries.map(([key, value]) => `${key}=${at(String(value))}`).join('&')}`
}

type ExportedLink = Extract<RouteAnswer<'GET /flows/:id/export'>, { link: string }>

/** Which cards go out, ids with commas between them, and whether what the flow said goes along. */
interface ExportWishes {
  nodes?: string
  answers?: boolean
}
const spoken = ({ nodes, answers }: ExportWishes) => ({ nodes, answers: answers ? 'true' : undefined })

export interface EventQuery {
  flow?: string
  stream?: string
  kind?: string
  q?: string
  from?: string
  to?: string
  only?: 'alerts' | 'unseen' | 'urgent' | 'incidents' | 'urgent-incidents' | 'seen-incidents' | 'any-incidents'
  verdict?: string
  incident?: string
  limit?: number
  cursor?: string
}

export const api = {
  me: () => call('GET /me'),
  claim: (token: string, password: string) => call('POST /sign-in/claim', {}, { body: { token, password } }),
  signIn: (password: string) => call('POST /sign-in', {}, { body: { password } }),
  signOut: () => call('POST /sign-out'),
  /** 503 is an answer too: it says which part cannot do its job. */
  health: () => call('GET /health', {}, { alsoFine: 503 }),
  nodeRed: async () => (await call('GET /node-red')).nodeRed,
  changeNodeRed: async (change: { isOn?: boolean; reachable?: string[] }) =>
    (await call('PUT /node-red', {}, { body: change })).nodeRed,
  stayInNodeRed: (id: string) => call('POST /flows/:id/stay', { id }),
  packages: async () => (await call('GET /packages')).packages,
  nodes: async () => toldDefinition((await call('GET /nodes')).nodes),

  flows: async () => (await pages('GET /flows')).flatMap(({ flows }) => flows),
  flow: (id: string) => call('GET /flows/:id', { id }),
  createFlow: (document: Flow) => call('POST /flows', {}, { body: document }),
  flowRevisions: async (id: string) =>
    (await pages('GET /flows/:id/revisions', { id })).flatMap(({ revisions }) => revisions),
  flowRevision: (id: string, revision: number) =>
    call('GET /flows/:id/revisions/:revision', { id, revision: String(revision) }),
  saveFlow: (id: string, document: Flow, revision: number, keepalive = false) =>
    call('PUT /flows/:id', { id }, { body: document, headers: { 'If-Match': `"${revision}"` }, keepalive }),
  exportFlow: async (id: string, wishes: ExportWishes = {}) =>
    (await call('GET /flows/:id/export', { id }, { query: { form: 'json', ...spoken(wishes) } })) as Flow,
  exportLink: async (id: string, wishes: ExportWishes) =>
    (await call('GET /flows/:id/export', { id }, { query: { form: 'link', ...spoken(wishes) } })) as ExportedLink,
  exportPicture: async (id: string, wishes: ExportWishes): Promise<Blob> => {
    const response = await fetch(`/api/flows/${at(id)}/export${queryText({ form: 'png', ...spoken(wishes) })}`)
    if (!response.ok) throw toApiError(response.status, await response.text())
    return await response.blob()
  },
  /** Of a flow, newest first, without what came of them. */
  rehearsals: async (id: string) => (await call('GET /flows/:id/rehearsals', { id })).rehearsals,
  rehearsal: (id: string) => call('GET /rehearsals/:id', { id }),
  beginRehearsal: async (id: string, wishes: RehearsalWishes) =>
    (await call('POST /flows/:id/rehearsals', { id }, { body: wishes })).rehearsal,
  cancelRehearsal: (id: string) => call('POST /rehearsals/:id/cancel', { id }, { body: {} }),
  /** What a file, a picture, a link or a text holds; stores nothing. */
  lookAtFlow: (given: Blob | string) => call('POST /flows/import/look', {}, { raw: given }),
  importFlow: (
    incoming: {
      document: unknown
      connections: Readonly<Record<string, string>>
      cameras: Readonly<Record<string, string>>
      name: string
    },
    replaces: { id: string; revision: number } | null,
  ) =>
    call(
      'POST /flows/import',
      {},
      {
        query: replaces ? { onConflict: 'replace', flow: replaces.id } : {},
        body: incoming,
        headers: replaces ? { 'If-Match': `"${replaces.revision}"` } : {},
      },
    ),
  duplicateFlow: (id: string, name: string) => call('POST /flows/:id/duplicate', { id }, { body: { name } }),
  flowNeeds: (id: string) => call('GET /flows/:id/requires', { id }),
  approveHosts: (id: string, hosts: readonly string[]) =>
    call('POST /flows/:id/approve-hosts', { id }, { body: { hosts: [...hosts] } }),
  /** Says of pasted nodes that nobody has typed them; before the save that holds them. */
  addUnapproved: (id: string, nodes: readonly FlowNode[]) =>
    call('POST /flows/:id/unapproved', { id }, { body: { nodes: [...nodes] } }),
  approvedHosts: () => call('GET /approved-hosts'),
  addApprovedHost: (host: string) => call('POST /approved-hosts', {}, { body: { host } }),
  removeApprovedHost: (host: string) => call('DELETE /approved-hosts/:host', { host }),
  removeFlow: (id: string) => call('DELETE /flows/:id', { id }),
  checkFlow: async (id: string) => (await call('POST /flows/:id/check', { id })).problems,
  /** `revision`: an earlier one instead of the newest. */
  deploy: (id: string, revision?: number) =>
    call('POST /flows/:id/deploy', { id }, revision === undefined ? {} : { body: { revision } }),
  deployPreview: (id: string) => call('GET /flows/:id/deploy/preview', { id }),
  stop: (id: string) => call('POST /flows/:id/stop', { id }),
  status: (id: string) => call('GET /flows/:id/status', { id }),
  decisions: (
    id: string,
    options: { stream?: string; from?: string; to?: string; limit?: number; cursor?: string } = {},
  ) => call('GET /flows/:id/decisions', { id }, { query: options }),
  timeline: (options: { flow?: string; stream?: string; from: string; to: string; steps?: number }) =>
    call('GET /timeline', {}, { query: options }),
  pastPictures: (stream: string, from: string, to: string) =>
    call('GET /streams/:id/pictures', { id: stream }, { query: { from, to } }),
  /** The nearest one that is kept; `withinS` where any is better than none. */
  nearestPicture: async (stream: string, at: string, withinS?: number) =>
    (await call('GET /streams/:id/pictures/nearest', { id: stream }, { query: { at, withinS } })).picture,

  ask: (flow: string, text: string, stream?: string) =>
    call('POST /flows/:id/ask', { id: flow }, { body: { text, ...(stream === undefined ? {} : { stream }) } }),
  tellNode: (flow: string, node: string, port: string, text: string) =>
    call('POST /flows/:id/nodes/:node/input', { id: flow, node }, { body: { port, text } }),
  speak: (flow: string, node: string, wav: Uint8Array<ArrayBuffer>) =>
    call('POST /flows/:id/nodes/:node/voice', { id: flow, node }, { wav }),
  cancelDelivery: (id: string) => call('POST /deliveries/:id/cancel', { id }),

  memory: (stream: string) => call('GET /streams/:id/memory', { id: stream }),
  remember: (stream: string, node: string, text: string) =>
    call('POST /streams/:id/memory/facts', { id: stream }, { body: { node, text } }),
  correctMemory: (stream: string, id: string, text: string) =>
    call('PUT /streams/:id/memory/summaries/:entry', { id: stream, entry: id }, { body: { text } }),
  forgetMemory: (stream: string, id: string) =>
    call('DELETE /streams/:id/memory/summaries/:entry', { id: stream, entry: id }),

  events: (options: EventQuery = {}) => call('GET /events', {}, { query: { ...options } }),
  /** Says that a window has a flow open, and at which card. */
  presence: (flow: string, presence: { window: string; node: string | null; isGone: boolean }) =>
    call('POST /flows/:id/presence', { id: flow }, { body: presence, keepalive: presence.isGone }),
  rateAlert: (id: string, verdict: 'right' | 'wrong' | null) =>
    call('PUT /events/:id/verdict', { id }, { body: { verdict } }),
  precision: (flow: string) => call('GET /flows/:id/precision', { id: flow }),
  /** Its flow is tested on it from now on. */
  makeTest: (id: string, must: 'fire' | 'stay-silent') => call('POST /events/:id/test', { id }, { body: { must } }),
  /** Once through the flow as it is now; what came of it is read as a rehearsal. */
  replayEvent: async (id: string) => (await call('POST /events/:id/replay', { id }, { body: {} })).rehearsal,
  recordings: async (flow: string) => (await call('GET /flows/:id/recordings', { id: flow })).recordings,
  trace: (id: string) => call('GET /events/:id/trace', { id }),
  wires: async (flow: string) => (await call('GET /flows/:id/wires', { id: flow })).wires,
  event: (id: string) => call('GET /events/:id', { id }),
  /** All that nobody has seen up to the moment `upTo`, by the filters of a list. */
  acknowledgeAll: (options: Pick<EventQuery, 'flow' | 'kind' | 'q'> & { upTo: string }) =>
    call('POST /events/acknowledge', {}, { body: options }),
  acknowledge: (id: string) => call('POST /events/:id/acknowledge', { id }),
  /** Sends a test message with these settings, saved or not. */
  testNode: (flow: string, node: string, config: Record<string, unknown>) =>
    call('POST /flows/:id/nodes/:node/test', { id: flow, node }, { body: { config } }),
  pushKey: () => call('GET /push/key'),
  addPushSubscription: (subscription: RouteBody<'POST /push/subscriptions'>) =>
    call('POST /push/subscriptions', {}, { body: subscription }),
  removePushSubscription: (endpoint: string) => call('DELETE /push/subscriptions', {}, { body: { endpoint } }),
  /** By the link of a message; no account needed. */
  linkedEvent: (token: string) => call('GET /acknowledge/:token', { token }),
  acknowledgeLink: (token: string) => call('POST /acknowledge/:token', { token }),

  connectionKinds: async () => toldDefinition((await call('GET /connections/kinds')).kinds),
  connections: async () => (await pages('GET /connections')).flatMap(({ connections }) => connections),
  addConnection: (connection: {
    name: string
    kind: string
    config: Record<string, unknown>
    secret: Record<string, string>
  }) => call('POST /connections', {}, { body: connection }),
  updateConnection: (name: string, patch: { config?: Record<string, unknown>; secret?: Record<string, string> }) =>
    call('PUT /connections/:name', { name }, { body: patch }),
  removeConnection: (name: string) => call('DELETE /connections/:name', { name }),
  voices: async (name: string) => (await call('GET /connections/:name/voices', { name })).voices,
  /** With a body, what it holds is tried before it is saved. */
  testConnection: (
    name: string,
    unsaved: { kind?: string; config?: Record<string, unknown>; secret?: Record<string, string>; to?: string } = {},
  ) => call('POST /connections/:name/test', { name }, { body: unsaved }),

  templates: async (lang: string) => {
    const found = await pages('GET /templates', {}, { lang })
    return { templates: found.flatMap(({ templates }) => templates), notes: found[0]?.notes ?? [] }
  },
  template: (id: string, lang: string) => call('GET /templates/:id', { id }, { query: { lang } }),
  useTemplate: (id: string, body: RouteBody<'POST /templates/:id/use'>) =>
    call('POST /templates/:id/use', { id }, { body }),
  keepAsTemplate: (body: RouteBody<'POST /templates'>) => call('POST /templates', {}, { body }),
  removeTemplate: (id: string) => call('DELETE /templates/:id', { id }),
  flowTemplate: (id: string) => call('GET /flows/:id/template', { id }),
  takeTemplate: (id: string, revision: number) =>
    call('POST /flows/:id/template/take', { id }, { headers: { 'If-Match': `"${revision}"` } }),

  media: async () => (await pages('GET /media')).flatMap(({ media }) => media),
  makeExample: () => call('POST /media/example'),
  removeMedia: (path: string) => call('DELETE /media/*path', { path }),
  cameras: async () => (await call('GET /cameras')).cameras,
  addCamera: (camera: RouteBody<'POST /cameras'>) => call('POST /cameras', {}, { body: camera }),
  changeCamera: (name: string, patch: RouteBody<'PUT /cameras/:name'>) =>
    call('PUT /cameras/:name', { name }, { body: patch }),
  removeCamera: (name: string) => call('DELETE /cameras/:name', { name }),
  /** As it is stored, or with other settings; `bare` without its masks, to draw them on. */
  tryCamera: (name: string, unsaved: { config?: Record<string, unknown>; bare?: boolean } = {}) =>
    call('POST /cameras/:name/test', { name }, { body: unsaved }),
  addCameras: (csv: string, onlyCheck: boolean) => call('POST /cameras/bulk', {}, { body: { csv, onlyCheck } }),
  discoverCameras: async () => (await call('POST /cameras/discover', {}, { body: {} })).found,
  cameraProfiles: async (service: string, login: { user: string; password: string }) =>
    (await call('POST /cameras/discover/profiles', {}, { body: { service, ...login } })).profiles,
  testCamera: (
    config: Record<string, unknown>,
    owner?: { flow: string; node: string },
    filters: readonly PictureFilter[] = [],
  ) =>
    call(
      'POST /cameras/test',
      {},
      { body: { config, ...owner, ...(filters.length > 0 ? { filters: [...filters] } : {}) } },
    ),
}

/** Sends a clip and reports the share that has arrived, 0 to 1. */
export function uploadMedia(file: File, onProgress: (share: number) => void): Promise<UploadedMedia> {
  return new Promise((resolve, reject) => {
    const upload = new XMLHttpRequest()
    upload.open('POST', '/api/media')
    upload.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    upload.onerror = () =>
      reject(
        new ApiError(
          0,
          'EDITOR_OFFLINE',
          say('The upload of {name} broke off because Heed does not answer. Try again.', { name: file.name }),
        ),
      )
    upload.onload = () => {
      if (upload.status >= 300) return reject(toApiError(upload.status, upload.responseText))
      resolve(JSON.parse(upload.responseText) as UploadedMedia)
    }
    const form = new FormData()
    form.append('file', file, file.name)
    upload.send(form)
  })
}

/** A sound, as it comes: it may still be spoken. */
export async function openSound(url: string, init: RequestInit): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await fetch(url, { ...init, credentials: 'same-origin' })
  if (!response.ok || !response.body) throw toApiError(response.status, await response.text())
  return response.body
}

/** Address of what a list of events finds, as a file. */
export const exportAddress = (query: Omit<EventQuery, 'limit' | 'cursor'>, form: 'csv' | 'json'): string =>
  `/api/events/export${queryText({ ...query, form })}`

/** Addresses of pictures, for `<img>`. */
export const pictures = {
  /** Empty (204) where there is no picture just now: a page that asks each second must not fill the console with complaints. */
  stream: (id: string, stamp: number) => `/api/streams/${at(id)}/frame?absent=empty&t=${stamp}`,
  event: (id: string) => `/api/events/${at(id)}/frame`,
  recorded: (flow: string, camera: string, ms: number) =>
    `/api/flows/${at(flow)}/recordings/${at(camera)}/frame?at=${at(new Date(ms).toISOString())}`,
  /** Of a camera that is a thing of its own: of whoever watches it, else of its last trial. */
  camera: (name: string, stamp: number) => `/api/cameras/${at(name)}/picture?absent=empty&t=${stamp}`,
}

/** The WebSocket that takes this browser's pictures for a camera of kind `browser`. */
export function openPush(streamId: string): WebSocket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const socket = new WebSocket(`${scheme}://${location.host}/api/streams/${at(streamId)}/push`)
  socket.binaryType = 'arraybuffer'
  return socket
}
