// "Test this camera": tries it once and says what it sends, with a picture, or what is wrong. Never throws for the camera's troubles.
import { z } from 'zod'
import { cameraAspects, type CameraSpec } from '../../nodes/contract/capabilities.ts'
import { CodedError, FatalError, isStopped } from '../../nodes/contract/errors.ts'
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import type { CameraReport } from './reports.ts'
import type { CameraDeps } from './camera.ts'
import { lookArguments, type Input } from './input-arguments.ts'
import { readPicture } from './jpeg-stream.ts'
import { collect, look } from './look.ts'
import { snapshotArguments } from './output-arguments.ts'
import { asPart, pushChannel } from './push-feed.ts'
import { resolveInput, type Owner } from './resolve-input.ts'
import { silent, timedOut, whyEnded } from './trouble.ts'

const text = z.string().max(4096).optional()
const SpecSchema = z.object({
  kind: z.enum(['file', 'rtsp', 'url', 'device', 'browser']),
  path: text,
  url: text,
  device: text,
  transport: z.enum(['tcp', 'udp']).optional(),
  aspect: z.enum(cameraAspects).optional(),
})

/** A person waits for the answer. */
const totalMs = 10_000

/**
 * `config` is a camera node's, as it stands in the editor: not trusted, perhaps not saved. The snapshot is bare unless there are
 * `filters`: masks are drawn on it.
 */
export async function reportCamera(
  deps: CameraDeps,
  config: Record<string, unknown>,
  owner?: Owner,
  filters?: readonly PictureFilter[],
): Promise<CameraReport> {
  try {
    const name = namedIn(config)
    if (name !== undefined && deps.named) {
      const { spec, masks } = await deps.named.open(name)
      const covered = masks.length > 0 ? [{ do: 'mask' as const, polygons: masks }] : []
      return await tryCamera(deps, spec, owner, [...covered, ...(filters ?? [])])
    }
    const parsed = SpecSchema.safeParse(config)
    if (!parsed.success)
      throw new FatalError('CAMERA_NOT_SET_UP', 'The camera is not set up yet. Choose what kind it is and where it is.')
    return await tryCamera(deps, parsed.data as CameraSpec, owner, filters)
  } catch (error) {
    if (error instanceof CodedError && !isStopped(error)) return { ok: false, code: error.code, message: error.message }
    throw error
  }
}

/** The first of the cameras that a node points to. */
function namedIn({ kind, cameras }: Record<string, unknown>): string | undefined {
  const [first] = Array.isArray(cameras) ? (cameras as unknown[]) : []
  return kind === 'camera' && typeof first === 'string' ? first : undefined
}

async function tryCamera(
  deps: CameraDeps,
  spec: CameraSpec,
  owner: Owner | undefined,
  filters: readonly PictureFilter[] | undefined,
): Promise<CameraReport> {
  const input = await resolveInput(deps, spec, owner)
  if (input.kind === 'browser') return browserReport(deps, input, owner, filters)
  const tools = await deps.tools()
  const untilMs = deps.clock.nowMs() + totalMs
  const wait = (): { signal: AbortSignal; timeoutMs: number } => {
    const timeoutMs = untilMs - deps.clock.nowMs()
    if (timeoutMs <= 0) throw timedOut(input, totalMs / 1000)
    return { signal: new AbortController().signal, timeoutMs }
  }
  const seen = await look({ ...deps, tools }, input, wait())
  const commandFor = (to: Input): string[] => [
    ...tools.bound,
    tools.ffmpeg,
    ...snapshotArguments(lookArguments(to, tools), filters, to.aspect),
  ]
  const { text: jpeg, ...end } = await collect({ ...deps, tools }, input, commandFor, wait())
  const picture = readPicture(jpeg)
  if (!picture) throw whyEnded(input, end)
  const { width, height, fps, codec, durationS } = seen
  return { ok: true, width, height, fps, codec, durationS, snapshot: toDataUrl(picture.jpeg) }
}

async function browserReport(
  deps: CameraDeps,
  input: Input,
  owner: Owner | undefined,
  filters: readonly PictureFilter[] | undefined,
): Promise<CameraReport> {
  const jpeg = owner && (await deps.relay.latest(pushChannel(`${owner.flowId}-${owner.nodeId}`), totalMs / 2))
  const picture = jpeg && readPicture(jpeg)
  if (!picture) throw silent(input, totalMs / 2000)
  const shown = filters && filters.length > 0 ? await burnInto(deps, input, picture.jpeg, filters) : picture
  return {
    ok: true,
    width: shown.width,
    height: shown.height,
    fps: 0,
    codec: 'mjpeg',
    durationS: null,
    snapshot: toDataUrl(shown.jpeg),
  }
}

/** Throws rather than giving back a picture without what was to be burned in. */
async function burnInto(
  deps: CameraDeps,
  input: Input,
  jpeg: Uint8Array,
  filters: readonly PictureFilter[],
): Promise<NonNullable<ReturnType<typeof readPicture>>> {
  const tools = await deps.tools()
  const commandFor = (to: Input): string[] => [
    ...tools.bound,
    tools.ffmpeg,
    ...snapshotArguments(lookArguments(to, tools), filters, to.aspect),
  ]
  const { text: burnt, ...end } = await collect({ ...deps, tools }, input, commandFor, {
    signal: new AbortController().signal,
    timeoutMs: totalMs / 2,
    stdin: asPart(jpeg),
  })
  const picture = readPicture(burnt)
  if (!picture) throw whyEnded(input, end)
  return picture
}

function toDataUrl(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`
}
