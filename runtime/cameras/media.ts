// The media capability: cameras for streams, clips and camera tests for the API. Only this file puts the parts together.
import { join } from 'node:path'
import type { Clock, Log, MediaPort } from '../../nodes/contract/capabilities.ts'
import type { MediaLibrary } from './reports.ts'
import type { QueueBus, PictureRelay } from '../live/index.ts'
import type { Egress } from '../egress/index.ts'
import { createClipFinder, type ClipFinder } from './clip-finder.ts'
import { createCameraPort, type CameraDeps, type StreamOwner } from './camera.ts'
import type { CameraStore } from './records.ts'
import { createLibrary } from './library.ts'
import { checkAbilities, createToolFinder, type Tools } from './tools.ts'

export interface MediaOptions {
  /** Default: from PATH. */
  ffmpegPath?: string | undefined
  ffprobePath?: string | undefined
  dataDir: string
  /** HEED_MEDIA_DIRS: absolute folders outside the data folder that may be read. */
  mediaDirs: string[]
  clock: Clock
  log: Log
  relay: PictureRelay
  /** To the other processes, who may have a clip that is not here; absent: there are none. */
  bus?: Pick<QueueBus, 'publish' | 'subscribe' | 'stats'>
  /** The URL with the credentials that the store keeps for this camera in place of `***@`. */
  fillCredentials(flowId: string, nodeId: string, url: string): Promise<string>
  /** Cameras that are things of their own; absent: there are none. */
  named?: Pick<CameraStore, 'open' | 'version'>
  /** Largest upload; default 2 GiB. */
  maxUploadBytes?: number
  /** A live camera without a picture for this long is lost; default 10 s. */
  silentAfterMs?: number
  /** The one door out. */
  egress: Pick<Egress, 'checkAddress'>
}

export interface Media {
  /** Throws FatalError MEDIA_FFMPEG_MISSING or MEDIA_FFMPEG_UNFIT when no camera could be read here. */
  check(): Promise<void>
  forStream(owner: StreamOwner): MediaPort
  /** For rehearsals of clips: every picture in order, as fast as they are taken, behind whatever is live. */
  inOrder(owner: StreamOwner): MediaPort
  library: MediaLibrary
  clips: ClipFinder
}

/** Starts nothing: processes come and go with the cameras that are opened. */
export function createMedia(options: MediaOptions): Media {
  const deps: CameraDeps = {
    clock: options.clock,
    log: options.log,
    relay: options.relay,
    fillCredentials: options.fillCredentials,
    egress: options.egress,
    tools: createToolFinder(options),
    folders: { media: join(options.dataDir, 'media'), extra: options.mediaDirs },
    seen: new Map(),
    bus: options.bus,
    ...(options.named ? { named: options.named } : {}),
    silentAfterMs: options.silentAfterMs ?? 10_000,
  }
  const { clock, bus } = options
  const clips = createClipFinder({ clock, bus, folders: deps.folders })
  let able: Tools | undefined
  return {
    check: async () => {
      // What it can do does not change while it is the same program; what is missing may be installed at any time.
      const tools = await deps.tools()
      if (tools === able) return
      await checkAbilities(tools)
      able = tools
    },
    forStream: (owner) => createCameraPort(deps, owner),
    inOrder: (owner) => createCameraPort({ ...deps, inOrder: true }, owner),
    library: createLibrary(deps, { maxUploadBytes: options.maxUploadBytes ?? 2 * 1024 ** 3, clips }),
    clips,
  }
}
