// Whether this machine has the clip that a stream plays, and what is said when none has. Claims nothing and opens nothing.
import { basename } from 'node:path'
import type { ClipFinder } from '../cameras/index.ts'
import type { Bus } from '../live/index.ts'
import type { StreamRef } from '../queue/index.ts'
import type { StreamJobStore, WaitingStream } from './records.ts'
import { StatusBoard } from './status.ts'

export interface ClipPlaceDeps {
  store: Pick<StreamJobStore, 'waitingStream' | 'deferStream'>
  bus: Pick<Bus, 'publish'>
  /** Absent: every clip is taken to be here. */
  clips: ClipFinder | undefined
  /** No other process can run this stream, ever. */
  isSole: boolean
}

/** Another machine that has it comes by soon; one that gets it by an upload, later. */
const elsewhereMs = 1_000
const nowhereMs = 5_000

/** For how many milliseconds the stream is to be left to other machines; null when it is to be run here. */
export async function leaveToOthers(ref: StreamRef, deps: ClipPlaceDeps): Promise<number | null> {
  const { store, bus, clips, isSole } = deps
  const stream = clips ? await store.waitingStream(ref) : null
  const path = stream && clipOf(stream)
  if (!clips || !stream || !path) return null
  const found = await clips.find(path)
  if (found.place === 'here') return null
  if (found.place === 'elsewhere') return elsewhereMs
  // Alone with a stream that never ran: it fails with the reason. One that has run elsewhere waits for that machine.
  if (found.isAlone && (isSole || stream.tick === 0)) return null
  const reason = `No running machine has the clip ${basename(path)}. Upload it again, or share the media folder.`
  await store.deferStream(ref, reason)
  bus.publish({ type: 'status', flow: stream.flowId, status: waitingStatus(stream, reason) })
  return nowhereMs
}

function clipOf({ source: { config } }: WaitingStream): string | null {
  return config.kind === 'file' && typeof config.path === 'string' && config.path !== '' ? config.path : null
}

function waitingStatus(
  { streamId, source, tick, status }: WaitingStream,
  reason: string,
): ReturnType<StatusBoard['snapshot']> {
  const board = new StatusBoard({ streamId, plan: { source }, resume: status && { tick, status } })
  board.setState('degraded', reason)
  return board.snapshot()
}
