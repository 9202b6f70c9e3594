// The edge model: a small built-in pose model on the CPU, so that the first flow runs with no GPU and no network.
// It watches for skills, not for sentences. One process serves every stream and lives while anybody watches.
import type { Clock, ModelConversation } from '../../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../../nodes/contract/errors.ts'
import { createPoseModel, type PoseModel, type PoseModelDeps } from './pose-model.ts'
import { createEdgeConversation, edgeHeight, edgeWidth, type PictureResult } from './conversation.ts'

export interface EdgeOpenOptions {
  connection: string
  streamKey: string
  /** The interaction-model's: `instruction`, `watchFor`, `mode`. */
  config: Record<string, unknown>
  timeoutMs: number
}

export interface Edge {
  /** Throws RetryableError EDGE_MODEL_DOWN when the model does not come up in `timeoutMs`. */
  open(options: EdgeOpenOptions): Promise<ModelConversation>
  /** Looks at one blank picture: does the model run on this machine? */
  test(timeoutMs: number): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }>
  /** Pictures that came since the start, over all streams, by what became of them. */
  readonly pictures: Readonly<Record<PictureResult, number>>
  stop(): Promise<void>
}

/** Loading the model takes 0.2 to 0.5 s; a tick's patience may be shorter than that on a busy machine. */
const slowestStartMs = 10_000
/** Behind everything live on a busy machine, for who has time. */
const patientStartMs = 120_000

export function createEdge(deps: PoseModelDeps): Edge {
  const pictures: Record<PictureResult, number> = { seen: 0, skipped: 0, dropped: 0 }
  let model: PoseModel | undefined
  let users = 0
  let opened = 0
  const closing = new Set<Promise<void>>()

  function take(): PoseModel {
    users++
    model ??= createPoseModel(deps)
    return model
  }
  function giveBack(): void {
    users--
    if (users > 0 || !model) return
    const last = model.close()
    model = undefined
    closing.add(last)
    void last.finally(() => closing.delete(last))
  }

  return {
    pictures,
    async open({ streamKey, config, timeoutMs }) {
      const taken = take()
      if (!(await taken.ready(Math.max(timeoutMs, deps.everyPicture ? patientStartMs : slowestStartMs)))) {
        giveBack()
        throw new RetryableError(
          'EDGE_MODEL_DOWN',
          'The built-in model does not start on this machine. Look for "pose process" in the log.',
        )
      }
      return createEdgeConversation({
        // A stream that is opened again while its old conversation still closes must not share a line with it.
        stream: `${streamKey}#${++opened}`,
        config,
        everyPicture: deps.everyPicture ?? false,
        model: taken,
        clock: deps.clock,
        onClose: giveBack,
        onPicture: (result) => {
          pictures[result]++
        },
      })
    },
    async test(timeoutMs) {
      const taken = take()
      try {
        return await tryOnce(taken, deps.clock, timeoutMs)
      } finally {
        giveBack()
      }
    },
    async stop() {
      const running = model
      model = undefined
      await Promise.all([running?.close(), ...closing])
    },
  }
}

async function tryOnce(
  model: PoseModel,
  clock: Clock,
  timeoutMs: number,
): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }> {
  if (!(await model.ready(timeoutMs)))
    return { ok: false, message: 'The built-in model does not start on this machine.' }
  const startMs = clock.nowMs()
  const frame = {
    seq: 0,
    mediaTimeS: 0,
    width: edgeWidth,
    height: edgeHeight,
    rgb: new Uint8Array(edgeWidth * edgeHeight * 3),
  }
  const isDone = await new Promise<boolean>((resolve) => {
    model.submit({ stream: 'test', frame, done: () => resolve(true), dropped: () => resolve(false) })
  })
  const pictureMs = Math.round(clock.nowMs() - startMs)
  if (!isDone) return { ok: false, message: 'The built-in model failed on a test picture.' }
  return {
    ok: true,
    message: `The built-in model runs on this machine: ${pictureMs} ms a picture.`,
    details: { pictureMs },
  }
}
