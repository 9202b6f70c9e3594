// The editor's only door to the server: typed requests, uploads with progress, the live feed. Nothing else here may call fetch.
import type { Flow, FlowNode } from '../nodes/contract/flow.ts'
import type { PictureFilter } from '../nodes/contract/frames.ts'
import { noteServerDate } from './server-clock.ts'
import type { FlowTemplate, TemplateDocument, TemplateView } from './templates/template-views.ts'
import type {
  ApprovedHosts,
  CameraReport,
  ConnectionKindView,
  ConnectionView,
  DeployPreview,
  DeploymentView,
  EventPage,
  EventView,
  FlowNeeds,
  FlowStatus,
  FlowSummary,
  Health,
  IncomingFlow,
  LinkedEventView,
  Me,
  MediaFile,
  NodeRedView,
  NodeType,
  PackageView,
  Problem,
  Rehearsal,
  Requires,
  StoredFlow,
  StreamDecision,
  StreamMemoryView,
  TestResult,
  TraceView,
  UploadedMedia,
  WirePassView,
} from './views.ts'
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

async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
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
  return (text === '' ? undefined : toldAnswer(JSON.parse(text))) as T
}

function toApiError(status: number, text: string): ApiError {
  try {
    const { error } = toldAnswer(JSON.parse(text)) as { error: { code: string; message: string; problems?: Problem[] } }
    const error_ = new ApiError(status, error.code, error.message, error.problems ?? [])
    if (status === 401) signedOut()
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
/** Called once by the session store: what to do when the server says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

const at = encodeURIComponent
function query(values: Record<string, string | number | undefined>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return entries.length === 0 ? '' : `?${entries.map(([key, value]) => `${key}=${at(String(value))}`).join('&')}`
}

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
  only?: 'alerts' | 'unseen' | 'incidents'
  verdict?: string
  incident?: string
  limit?: number
  cursor?: string
}

export const api = {
  me: () => request<Me>('GET', '/me'),
  claim: (token: string, password: string) => request<void>('POST', '/sign-in/claim', { body: { token, password } }),
  signIn: (password: string) => request<void>('POST', '/sign-in', { body: { password } }),
  signOut: () => request<void>('POST', '/sign-out'),
  /** 503 is an answer too: it says which part cannot do its job. */
  health: () => request<Health>('GET', '/health', { alsoFine: 503 }),
  nodeRed: async () => (await request<{ nodeRed: NodeRedView }>('GET', '/node-red')).nodeRed,
  changeNodeRed: async (change: { isOn?: boolean; reachable?: string[] }) =>
    (await request<{ nodeRed: NodeRedView }>('PUT', '/node-red', { body: change })).nodeRed,
  packages: async () => (await request<{ packages: PackageView[] }>('GET', '/packages')).packages,
  nodes: async () => toldDefinition((await request<{ nodes: NodeType[] }>('GET', '/nodes')).nodes),

  flows: async () => (await request<{ flows: FlowSummary[] }>('GET', '/flows')).flows,
  flow: (id: string) => request<StoredFlow>('GET', `/flows/${at(id)}`),
  createFlow: (document: Flow) => request<StoredFlow>('POST', '/flows', { body: document }),
  flowRevision: (id: string, revision: number) => request<StoredFlow>('GET', `/flows/${at(id)}/revisions/${revision}`),
  saveFlow: (id: string, document: Flow, revision: number, keepalive = false) =>
    request<StoredFlow>('PUT', `/flows/${at(id)}`, {
      body: document,
      headers: { 'If-Match': `"${revision}"` },
      keepalive,
    }),
  exportFlow: (id: string, wishes: ExportWishes = {}) =>
    request<Flow>('GET', `/flows/${at(id)}/export${query({ form: 'json', ...spoken(wishes) })}`),
  exportLink: (id: string, wishes: ExportWishes) =>
    request<{ link: string; removed: { message: string }[] }>(
      'GET',
      `/flows/${at(id)}/export${query({ form: 'link', ...spoken(wishes) })}`,
    ),
  exportPicture: async (id: string, wishes: ExportWishes): Promise<Blob> => {
    const response = await fetch(`/api/flows/${at(id)}/export${query({ form: 'png', ...spoken(wishes) })}`)
    if (!response.ok) throw toApiError(response.status, await response.text())
    return await response.blob()
  },
  /** Of a flow, newest first, without what came of them. */
  rehearsals: async (id: string) =>
    (await request<{ rehearsals: Rehearsal[] }>('GET', `/flows/${at(id)}/rehearsals`)).rehearsals,
  rehearsal: (id: string) => request<Rehearsal>('GET', `/rehearsals/${at(id)}`),
  beginRehearsal: async (id: string, clips: readonly string[]) =>
    (await request<{ rehearsal: { id: string } }>('POST', `/flows/${at(id)}/rehearsals`, { body: { clips } }))
      .rehearsal,
  cancelRehearsal: (id: string) => request<unknown>('POST', `/rehearsals/${at(id)}/cancel`, { body: {} }),
  /** What a file, a picture, a link or a text holds; stores nothing. */
  lookAtFlow: (given: Blob | string) => request<IncomingFlow>('POST', '/flows/import/look', { raw: given }),
  importFlow: (
    incoming: { document: unknown; connections: Readonly<Record<string, string>>; name: string },
    replaces: { id: string; revision: number } | null,
  ) =>
    request<{ flow: StoredFlow; requires: Requires }>(
      'POST',
      `/flows/import${query(replaces ? { onConflict: 'replace', flow: replaces.id } : {})}`,
      { body: incoming, headers: replaces ? { 'If-Match': `"${replaces.revision}"` } : {} },
    ),
  duplicateFlow: (id: string, name: string) =>
    request<StoredFlow>('POST', `/flows/${at(id)}/duplicate`, { body: { name } }),
  flowNeeds: (id: string) => request<FlowNeeds>('GET', `/flows/${at(id)}/requires`),
  approveHosts: (id: string, hosts: readonly string[]) =>
    request<StoredFlow>('POST', `/flows/${at(id)}/approve-hosts`, { body: { hosts } }),
  /** Says of pasted nodes that nobody has typed them; before the save that holds them. */
  distrust: (id: string, nodes: readonly FlowNode[]) =>
    request<StoredFlow>('POST', `/flows/${at(id)}/distrust`, { body: { nodes } }),
  approvedHosts: () => request<ApprovedHosts>('GET', '/approved-hosts'),
  addApprovedHost: (host: string) => request<ApprovedHosts>('POST', '/approved-hosts', { body: { host } }),
  removeApprovedHost: (host: string) => request<void>('DELETE', `/approved-hosts/${at(host)}`),
  removeFlow: (id: string) => request<void>('DELETE', `/flows/${at(id)}`),
  checkFlow: async (id: string) => (await request<{ problems: Problem[] }>('POST', `/flows/${at(id)}/check`)).problems,
  deploy: (id: string) => request<{ deployment: DeploymentView }>('POST', `/flows/${at(id)}/deploy`),
  deployPreview: (id: string) => request<DeployPreview>('GET', `/flows/${at(id)}/deploy/preview`),
  stop: (id: string) => request<{ deployment: DeploymentView | null }>('POST', `/flows/${at(id)}/stop`),
  status: (id: string) => request<FlowStatus>('GET', `/flows/${at(id)}/status`),
  decisions: (id: string, options: { stream?: string; limit?: number; cursor?: string } = {}) =>
    request<{ decisions: StreamDecision[]; next: string | null }>('GET', `/flows/${at(id)}/decisions${query(options)}`),

  ask: (flow: string, text: string, stream?: string) =>
    request<void>('POST', `/flows/${at(flow)}/ask`, { body: { text, ...(stream === undefined ? {} : { stream }) } }),
  tellNode: (flow: string, node: string, port: string, text: string) =>
    request<void>('POST', `/flows/${at(flow)}/nodes/${at(node)}/input`, { body: { port, text } }),
  speak: (flow: string, node: string, wav: Uint8Array<ArrayBuffer>) =>
    request<{ text: string }>('POST', `/flows/${at(flow)}/nodes/${at(node)}/voice`, { wav }),
  cancelDelivery: (id: string) => request<void>('POST', `/deliveries/${at(id)}/cancel`),

  memory: (stream: string) => request<StreamMemoryView>('GET', `/streams/${at(stream)}/memory`),
  remember: (stream: string, node: string, text: string) =>
    request<void>('POST', `/streams/${at(stream)}/memory/facts`, { body: { node, text } }),
  correctMemory: (stream: string, id: string, text: string) =>
    request<void>('PUT', `/streams/${at(stream)}/memory/summaries/${at(id)}`, { body: { text } }),
  forgetMemory: (stream: string, id: string) =>
    request<void>('DELETE', `/streams/${at(stream)}/memory/summaries/${at(id)}`),

  events: (options: EventQuery = {}) => request<EventPage>('GET', `/events${query({ ...options })}`),
  /** Says that a window has a flow open, and at which card. */
  presence: (flow: string, presence: { window: string; node: string | null; isGone: boolean }) =>
    request<void>('POST', `/flows/${at(flow)}/presence`, { body: presence, keepalive: presence.isGone }),
  judge: (id: string, verdict: 'right' | 'wrong' | null) =>
    request<EventView>('PUT', `/events/${at(id)}/verdict`, { body: { verdict } }),
  precision: (flow: string) =>
    request<{ right: number; wrong: number; precision: number | null }>('GET', `/flows/${at(flow)}/precision`),
  trace: (id: string) => request<TraceView>('GET', `/events/${at(id)}/trace`),
  wires: async (flow: string) => (await request<{ wires: WirePassView[] }>('GET', `/flows/${at(flow)}/wires`)).wires,
  event: (id: string) => request<EventView>('GET', `/events/${at(id)}`),
  /** All that nobody has seen up to the moment `upTo`, by the filters of a list. */
  acknowledgeAll: (options: Pick<EventQuery, 'flow' | 'kind' | 'q'> & { upTo: string }) =>
    request<{ seen: number }>('POST', '/events/acknowledge', { body: options }),
  acknowledge: (id: string) => request<EventView>('POST', `/events/${at(id)}/acknowledge`),
  /** Sends a test message with these settings, saved or not. */
  testNode: (flow: string, node: string, config: Record<string, unknown>) =>
    request<TestResult>('POST', `/flows/${at(flow)}/nodes/${at(node)}/test`, { body: { config } }),
  pushKey: () => request<{ publicKey: string }>('GET', '/push/key'),
  addPushSubscription: (subscription: PushSubscriptionJSON & { label: string }) =>
    request<void>('POST', '/push/subscriptions', { body: subscription }),
  removePushSubscription: (endpoint: string) => request<void>('DELETE', '/push/subscriptions', { body: { endpoint } }),
  /** By the link of a message; no account needed. */
  linkedEvent: (token: string) => request<LinkedEventView>('GET', `/acknowledge/${at(token)}`),
  acknowledgeLink: (token: string) => request<LinkedEventView>('POST', `/acknowledge/${at(token)}`),

  connectionKinds: async () =>
    toldDefinition((await request<{ kinds: ConnectionKindView[] }>('GET', '/connections/kinds')).kinds),
  connections: async () => (await request<{ connections: ConnectionView[] }>('GET', '/connections')).connections,
  addConnection: (connection: {
    name: string
    kind: string
    config: Record<string, unknown>
    secret: Record<string, string>
  }) => request<void>('POST', '/connections', { body: connection }),
  updateConnection: (name: string, patch: { config?: Record<string, unknown>; secret?: Record<string, string> }) =>
    request<void>('PUT', `/connections/${at(name)}`, { body: patch }),
  removeConnection: (name: string) => request<void>('DELETE', `/connections/${at(name)}`),
  voices: async (name: string) =>
    (await request<{ voices: string[] }>('GET', `/connections/${at(name)}/voices`)).voices,
  /** With a body, what it holds is tried before it is saved. */
  testConnection: (
    name: string,
    unsaved: { kind?: string; config?: Record<string, unknown>; secret?: Record<string, string>; to?: string } = {},
  ) => request<TestResult>('POST', `/connections/${at(name)}/test`, { body: unsaved }),

  templates: (lang: string) =>
    request<{ templates: TemplateView[]; notes: string[] }>('GET', `/templates${query({ lang })}`),
  template: (id: string, lang: string) => request<TemplateDocument>('GET', `/templates/${at(id)}${query({ lang })}`),
  useTemplate: (id: string, body: { answers: Record<string, unknown>; name: string; lang: string }) =>
    request<StoredFlow>('POST', `/templates/${at(id)}/use`, { body }),
  keepAsTemplate: (body: { flow: string; title: string; purpose?: string; capability: string }) =>
    request<TemplateView>('POST', '/templates', { body }),
  removeTemplate: (id: string) => request<void>('DELETE', `/templates/${at(id)}`),
  flowTemplate: (id: string) => request<FlowTemplate>('GET', `/flows/${at(id)}/template`),
  takeTemplate: (id: string, revision: number) =>
    request<StoredFlow>('POST', `/flows/${at(id)}/template/take`, { headers: { 'If-Match': `"${revision}"` } }),

  media: async () => (await request<{ media: MediaFile[] }>('GET', '/media')).media,
  makeExample: () => request<{ path: string; durationS: number }>('POST', '/media/example'),
  removeMedia: (path: string) => request<void>('DELETE', `/media/${path.split('/').map(at).join('/')}`),
  testCamera: (
    config: Record<string, unknown>,
    owner?: { flow: string; node: string },
    filters: readonly PictureFilter[] = [],
  ) =>
    request<CameraReport>('POST', '/cameras/test', {
      body: { config, ...owner, ...(filters.length > 0 ? { filters } : {}) },
    }),
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
export async function openSound(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await fetch(url, { signal, credentials: 'same-origin' })
  if (!response.ok || !response.body) throw toApiError(response.status, await response.text())
  return response.body
}

/** Addresses of pictures, for `<img>`. */
export const pictures = {
  /** Empty (204) where there is no picture just now: a page that asks each second must not fill the console with complaints. */
  stream: (id: string, stamp: number) => `/api/streams/${at(id)}/frame?absent=empty&t=${stamp}`,
  event: (id: string) => `/api/events/${at(id)}/frame`,
}

/** The WebSocket that takes this browser's pictures for a camera of kind `browser`. */
export function openPush(streamId: string): WebSocket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const socket = new WebSocket(`${scheme}://${location.host}/api/streams/${at(streamId)}/push`)
  socket.binaryType = 'arraybuffer'
  return socket
}
