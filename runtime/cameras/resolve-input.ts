// From what a flow says of a camera to what may be opened. Whether its host may be reached is judged with every try (guarded-input.ts).
import { hiddenIn } from '../../nodes/contract/address-secrets.ts'
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { hostOf, parseCameraUrl } from './address.ts'
import { resolveClip, type ClipFolders } from './clip-path.ts'
import type { Input } from './input-arguments.ts'

export interface Owner {
  flowId: string
  nodeId: string
}

export interface ResolveDeps {
  folders: ClipFolders
  /** Puts a camera's user name and password back where `***@` stands. */
  fillCredentials(flowId: string, nodeId: string, url: string): Promise<string>
}

/** Throws FatalError or RetryableError with words for the person who drew the camera. */
export async function resolveInput(deps: ResolveDeps, spec: CameraSpec, owner?: Owner): Promise<Input> {
  // Whole seconds, so that the pictures of each second stay the same; a clip in a loop is entered by its round (camera.ts).
  const startAtS = spec.kind === 'file' && !spec.loop ? Math.max(0, Math.floor(spec.startAtS ?? 0)) : 0
  const rest = {
    loop: spec.loop ?? false,
    startAtS,
    ...(spec.aspect && spec.aspect !== 'camera' ? { aspect: spec.aspect } : {}),
    transport: spec.transport === 'udp' ? ('udp' as const) : ('tcp' as const),
  }
  switch (spec.kind) {
    case 'file': {
      if (!spec.path) throw incomplete('has no clip yet. Choose one, or upload it.')
      const source = await resolveClip(spec.path, deps.folders)
      return { ...rest, kind: 'file', source, name: `clip "${spec.path}"`, live: false, key: `file ${source}` }
    }
    case 'rtsp':
    case 'url':
      return { ...rest, ...(await resolveUrl(deps, spec.kind, spec.url, owner)) }
    case 'device': {
      const device = spec.device ?? '/dev/video0'
      if (!/^\/dev\/video\d{1,3}$/.test(device))
        throw incomplete(`cannot use the device "${device}". It looks like /dev/video0.`)
      return { ...rest, kind: 'device', source: device, name: `device ${device}`, live: true, key: `device ${device}` }
    }
    case 'browser':
      return {
        ...rest,
        kind: 'browser',
        source: '',
        name: 'browser camera',
        live: true,
        key: `browser ${owner?.flowId}-${owner?.nodeId}`,
      }
    default:
      throw incomplete('is of an unknown kind.')
  }
}

async function resolveUrl(
  deps: ResolveDeps,
  kind: 'rtsp' | 'url',
  raw: string | undefined,
  owner: Owner | undefined,
): Promise<Pick<Input, 'kind' | 'source' | 'name' | 'live' | 'key'>> {
  if (!raw) throw incomplete('has no address yet.')
  const drawn = parseCameraUrl(raw, kind)
  const full = hiddenIn(raw) !== null && owner ? await deps.fillCredentials(owner.flowId, owner.nodeId, raw) : raw
  const url = parseCameraUrl(full, kind)
  // Filling in a password must not lead anywhere else.
  if (url.host !== drawn.host || url.protocol !== drawn.protocol)
    throw incomplete('was saved with a password for another host. Type user name and password again.')
  if (hiddenIn(full) !== null) {
    throw new FatalError(
      'CAMERA_CREDENTIALS_MISSING',
      `The camera at ${hostOf(url)} needs the login that was given for another place or left out of this copy. Enter its address again, with user name and password in place of ***.`,
    )
  }
  // Two streams of one host differ by what may be a secret; this is never shown.
  const key = new URL(url)
  key.username = key.password = ''
  return { kind, source: url.href, name: `camera at ${hostOf(url)}`, live: true, key: `${kind} ${key.href}` }
}

function incomplete(what: string): FatalError {
  return new FatalError('CAMERA_NOT_SET_UP', `The camera ${what}`)
}
