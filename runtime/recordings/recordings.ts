// Kept pictures of all streams whose sessions run here, and all that the data folder has.
import { statfs } from 'node:fs/promises'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { Keeper } from './keeper.ts'
import type { Recordings } from './records.ts'
import { Shelf } from './shelf.ts'

export interface RecordingsOptions {
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
  log: Log
  /** Default: what the disk of the data folder says. */
  freeBytes?(): Promise<number>
}

export function createRecordings({ clock, dataDir, log, ...given }: RecordingsOptions): Recordings {
  const shelf = new Shelf(dataDir)
  const freeBytes =
    given.freeBytes ??
    (async () => {
      const { bavail, bsize } = await statfs(dataDir)
      return bavail * bsize
    })
  return {
    open: (owner, limits) => new Keeper(owner, limits, { shelf, clock, log, freeBytes }),
    list: async (flow) => {
      const cameras = await shelf.cameras(flow)
      const found = await Promise.all(cameras.map((camera) => shelf.recording(flow, camera)))
      return found.filter((each) => each !== undefined)
    },
    pictures: (stream, fromMs, toMs) => shelf.pictures(stream, fromMs, toMs),
    pictureAt: (stream, atMs) => shelf.pictureAt(stream, atMs),
    forget: (flow, camera) => shelf.remove(flow, camera),
    sweep: async (isFlow) => {
      for (const flow of await shelf.flows()) {
        if (!isFlow(flow)) {
          await shelf.remove(flow)
          continue
        }
        for (const camera of await shelf.cameras(flow)) await shelf.removeOld(flow, camera, clock.nowMs())
      }
    },
  }
}
