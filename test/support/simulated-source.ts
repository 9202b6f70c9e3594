// A camera made of nothing: frames at the clock's pace, and faults on demand. For sessions that need no real video.
import { z } from 'zod'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { defineSource, port, type SourceNode } from '../../nodes/contract/define.ts'
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'

/** A frame with a picture of its own: no two have the same luma unless `look` says so. */
export function testFrame(
  seq: number,
  options: { atMs?: number; mediaTimeS?: number; look?: number; jpeg?: Uint8Array } = {},
): Frame {
  const look = options.look ?? seq
  const picture = { width: 640, height: 480, jpeg: options.jpeg ?? new TextEncoder().encode(`jpeg ${look}`) }
  const floor = { width: 256, height: 192, jpeg: new TextEncoder().encode(`floor ${look}`) }
  const data = new Uint8Array(16)
  new DataView(data.buffer).setUint32(0, look)
  return {
    seq,
    atMs: options.atMs ?? 0,
    mediaTimeS: options.mediaTimeS ?? seq,
    picture,
    full: picture,
    floor,
    luma: { width: 4, height: 4, data },
    kind: 'I',
    visualTokens: 302,
    fullRateTokens: 302,
  }
}

const quickFrame = (mediaTimeS: number): FastFrame => ({
  seq: Math.round(mediaTimeS * 8),
  mediaTimeS,
  width: 1,
  height: 1,
  rgb: new Uint8Array(3),
})

export interface SimulatedCamera {
  definition: SourceNode
  /** How often it was opened. */
  opens: number
  /** Ends or throws inside the source right now; the next opening plays again unless `down`. */
  breakWith(error: Error): void
  /** While true every opening throws. */
  down: Error | null
  /** While true no frame comes although the source is open. */
  silent: boolean
  /** While set every frame looks like this one. */
  frozen: number | null
}

export interface SimulatedOptions {
  clock: Clock
  /** Ends after so many frames; runs for ever when absent. */
  frames?: number
  everyMs?: number
  /** The first frame comes after this long. */
  delayMs?: number
  /** As fast as they are taken, on no clock: for lockstep. */
  isPulled?: boolean
  /** So many quick pictures go before each one, `1/quick` s apart. */
  quick?: number
  /** Where no picture is: these seconds are left out. */
  holes?: readonly number[]
  /** Every picture's bytes, where their size matters. */
  jpeg?: Uint8Array
}

/** A camera that a test can break. */
export function simulatedCamera(options: SimulatedOptions): SimulatedCamera {
  const { clock } = options
  let broken = new AbortController()
  let looks = 0
  const camera: SimulatedCamera = {
    opens: 0,
    down: null,
    silent: false,
    frozen: null,
    breakWith: (error) => broken.abort(error),
    definition: defineSource({
      type: 'simulated-camera',
      version: 1,
      title: 'Simulated camera',
      icon: 'camera',
      group: 'video',
      help: 'For tests.',
      ports: { in: {}, out: { frames: port('frames') } },
      config: z.looseObject({}),
      card: '',
      needs: ['clock'],
      async *open(ctx) {
        camera.opens++
        if (camera.down) throw camera.down
        broken = new AbortController()
        const signal = AbortSignal.any([ctx.signal, broken.signal])
        const rethrow = (): never => {
          throw broken.signal.reason ?? ctx.signal.reason
        }
        if (!options.isPulled) await clock.sleep(options.delayMs ?? 0, signal).catch(rethrow)
        const first = Math.ceil(ctx.startAtS ?? 0)
        let dueMs = clock.nowMs()
        for (let seq = first; options.frames === undefined || seq < options.frames; seq++) {
          for (let n = options.quick ?? 0; n > 0; n--) ctx.onFast?.(quickFrame(seq - (n - 1) / (options.quick ?? 1)))
          if (!camera.silent && !options.holes?.includes(seq))
            yield testFrame(seq, {
              atMs: clock.nowMs(),
              look: camera.frozen ?? 1000 + looks++,
              ...(options.jpeg ? { jpeg: options.jpeg } : {}),
            })
          dueMs += options.everyMs ?? 1000
          if (!options.isPulled) await clock.sleep(dueMs - clock.nowMs(), signal).catch(rethrow)
        }
      },
    }),
  }
  return camera
}
