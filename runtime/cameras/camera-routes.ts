// `/api/cameras`: cameras that are things of their own. A login goes in here and never comes out.
import type { Response, Router } from 'express'
import { does } from '../../nodes/contract/define.ts'
import { BadRequestError, CodedError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { Point } from '../../nodes/contract/frames.ts'
import { namedHosts } from '../../nodes/contract/hosts.ts'
import { parseBody, parseInput } from '../../nodes/contract/input.ts'
import { fillConfigFrom, lostInConfig, lostWords } from '../connections/index.ts'
import { readCameraList, type CameraLine } from './camera-csv.ts'
import type { StoredCamera } from './records.ts'
import type { CameraReport } from './reports.ts'
import type { CamerasRouteDeps } from './route-deps.ts'
import { ListSchema, NewSchema, PatchSchema, ServiceSchema, TestSchema } from './route-bodies.ts'

/** What of a camera node's settings a camera has of its own; the rest is the flow's. */
const ownFields = ['kind', 'path', 'url', 'transport', 'device', 'aspect'] as const
const openable: readonly unknown[] = ['file', 'rtsp', 'url', 'device']
const pictureWaitMs = 3_000

function view({ id, name, config, tags, masks, trial, pictureAt, usedBy, streams }: StoredCamera): StoredCamera {
  return { id, name, config, tags, masks, trial, pictureAt, usedBy, streams }
}

function wrong(field: string, message: string, code = 'CAMERA_CONFIG_WRONG'): BadRequestError {
  return new BadRequestError(code, message, {
    details: { problems: [{ node: null, port: null, field, code, message, severity: 'error' }] },
  })
}

/** Judged as the camera node judges its own settings. */
function readConfig(deps: CamerasRouteDeps, raw: Record<string, unknown>): Record<string, unknown> {
  if (!openable.includes(raw.kind))
    throw wrong('kind', 'Say what kind of camera it is: an IP camera, a web address, a USB camera or a clip.')
  const source = [...deps.nodes.values()].find((each) => does(each, 'capture'))
  const own = Object.fromEntries(ownFields.flatMap((field) => (raw[field] === undefined ? [] : [[field, raw[field]]])))
  const read = source ? parseInput(source.config, own, 'CAMERA_CONFIG_WRONG') : own
  const [problem] = source?.check?.(read, { connection: () => undefined }) ?? []
  if (problem) throw wrong(problem.field ?? 'kind', problem.message)
  for (const { host, field } of namedHosts(own)) {
    const refusal = deps.refusalOf(host.replace(/:\d+$/, ''))
    if (refusal !== undefined) throw wrong(field, `This address cannot be used: ${refusal}.`)
  }
  const kept = Object.entries(read as Record<string, unknown>).filter(([field]) =>
    (ownFields as readonly string[]).includes(field),
  )
  return Object.fromEntries(kept)
}

/** A login stays with the host it was given for. */
function assertLoginKept(config: Record<string, unknown>, before: Record<string, unknown>): void {
  const [lost] = lostInConfig(config, before)
  if (lost) throw wrong(lost.field, lostWords(lost), 'CAMERA_LOGIN_AGAIN')
}

function trialWords(report: CameraReport): string {
  if (!report.ok) return report.message
  const fps = report.fps > 0 ? `, ${Number(report.fps.toFixed(1))} pictures a second` : ''
  return `It answers: ${report.width} × ${report.height}${fps}.`
}

const toJpeg = (dataUrl: string): Uint8Array => Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')

/** Opens it once as it is stored, keeps what came of it, and shows it with its masks. */
async function tryStored(deps: CamerasRouteDeps, name: string): Promise<CameraReport> {
  const { spec, masks, version } = await deps.cameras.open(name)
  const report = await deps.media.probe({ ...spec }, undefined, masksOf(masks))
  const trial = { ok: report.ok, at: new Date(deps.nowMs()).toISOString(), text: trialWords(report) }
  await deps.cameras.keepTrial(
    name,
    version,
    report.ok ? trial : { ...trial, code: report.code },
    report.ok ? toJpeg(report.snapshot) : null,
  )
  return report
}

function masksOf(polygons: Point[][]) {
  return polygons.length > 0 ? [{ do: 'mask' as const, polygons }] : undefined
}

async function addLine(deps: CamerasRouteDeps, row: CameraLine, onlyCheck: boolean): Promise<CameraLine> {
  if (!row.camera) return row
  const { name, url, tags } = row.camera
  try {
    const kind = /^rtsps?:/i.test(url) ? 'rtsp' : 'url'
    const config = readConfig(deps, { kind, url })
    assertLoginKept(config, {})
    if (onlyCheck) {
      const isTaken = (await deps.cameras.infos()).some((each) => each.name === name)
      return isTaken ? { line: row.line, name, message: `There is a camera called “${name}” already.` } : row
    }
    await deps.cameras.create({ name, config, tags, masks: [] })
    return row
  } catch (thrown) {
    if (thrown instanceof CodedError) return { line: row.line, name, message: thrown.message }
    throw thrown
  }
}

function addListRoute(api: Router, deps: CamerasRouteDeps): void {
  api.post('/cameras/bulk', async (request, response) => {
    const { csv, onlyCheck } = parseBody(ListSchema, request.body)
    const lines: { line: number; name: string; ok: boolean; message?: string }[] = []
    for (const row of readCameraList(csv)) {
      const { line, name, message } = await addLine(deps, row, onlyCheck)
      lines.push({ line, name, ok: message === undefined, ...(message === undefined ? {} : { message }) })
    }
    response.json({ lines, good: lines.filter(({ ok }) => ok).length })
  })
}

function addDiscoveryRoutes(api: Router, { discovery, refusalOf }: CamerasRouteDeps): void {
  api.post('/cameras/discover', async (_request, response) => {
    response.json({ found: await discovery.look() })
  })
  api.post('/cameras/discover/profiles', async (request, response) => {
    const { service, ...login } = parseBody(ServiceSchema, request.body)
    const refusal = refusalOf(new URL(service).hostname)
    if (refusal !== undefined) throw wrong('service', `This address cannot be used: ${refusal}.`)
    response.json({ profiles: await discovery.profiles(service, login) })
  })
}

function sendPicture(response: Response, jpeg: Uint8Array, at?: string): void {
  if (at !== undefined) response.set('Last-Modified', new Date(at).toUTCString())
  response
    .set({ 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' })
    .send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength))
}

/** The newest picture of a stream that watches it, else that of the last trial; masks are in both. */
function addPictureRoute(api: Router, deps: CamerasRouteDeps): void {
  api.get('/cameras/:name/picture', async (request, response) => {
    const { streams } = await deps.cameras.get(request.params.name)
    const live = streams.find(({ state }) => state === 'running' || state === 'degraded')
    const jpeg = live && (await deps.relay.latest(`stream:${live.id}`, pictureWaitMs))
    if (jpeg) return sendPicture(response, jpeg)
    const kept = await deps.cameras.picture(request.params.name)
    if (kept) return sendPicture(response, kept.jpeg, kept.at)
    if (request.query['absent'] === 'empty') return void response.status(204).end()
    throw new NotFoundError('CAMERA_NO_PICTURE', 'There is no picture of this camera yet. Test it to take one.')
  })
}

/** `/api/cameras` and what belongs to one of them. */
export function addCameraThingRoutes(api: Router, deps: CamerasRouteDeps): void {
  const { cameras } = deps
  addListRoute(api, deps)
  addDiscoveryRoutes(api, deps)
  addPictureRoute(api, deps)
  api.get('/cameras', async (_request, response) => {
    response.json({ cameras: (await cameras.list()).map(view) })
  })
  api.post('/cameras', async (request, response) => {
    const { name, config, tags = [], masks = [] } = parseBody(NewSchema, request.body)
    const read = readConfig(deps, config)
    assertLoginKept(read, {})
    await cameras.create({ name, config: read, tags, masks })
    response.status(201).json(view(await cameras.get(name)))
  })
  api.get('/cameras/:name', async (request, response) => {
    response.json(view(await cameras.get(request.params.name)))
  })
  api.put('/cameras/:name', async (request, response) => {
    const { config, tags, masks } = parseBody(PatchSchema, request.body)
    const { name } = await cameras.get(request.params.name)
    const read = config && readConfig(deps, config)
    await cameras.update(
      name,
      {
        ...(read ? { config: read } : {}),
        ...(tags ? { tags } : {}),
        ...(masks ? { masks } : {}),
      },
      (stored) => {
        if (read) assertLoginKept(read, stored)
      },
    )
    if (read || masks) deps.bus.publish({ type: 'camera', name })
    response.json(view(await cameras.get(name)))
  })
  api.delete('/cameras/:name', async (request, response) => {
    await cameras.remove(request.params.name)
    response.status(204).end()
  })
  api.post('/cameras/:name/test', async (request, response) => {
    const { config, bare } = parseInput(TestSchema, request.body ?? {})
    const { name } = request.params
    if (config === undefined && !bare) return response.json(await tryStored(deps, name))
    const { spec } = await cameras.open(name)
    const typed = config === undefined ? { ...spec } : readConfig(deps, config)
    assertLoginKept(typed, { ...spec })
    // Bare: masks are drawn on it.
    return response.json(await deps.media.probe(fillConfigFrom(typed, { ...spec })))
  })
}
