// Turns what one tick showed of camera and models into state, reason and a few events. Pure bookkeeping: no clock, no I/O.
import { z } from 'zod'
import type { Decision, EventKind, StreamState } from '../../nodes/contract/events.ts'

/** A model must be away this long before anybody is told. */
export const modelLostAfterMs = 10_000

export interface HealthNote {
  kind: EventKind
  node: string
  text: string
}

/** Where it lies among the states; node ids hold no "#". */
export const healthKey = '#health'

const SavedSchema = z.object({
  camera: z.string().nullable(),
  /** Since which second of the stream it has been away. */
  lostFromS: z.number().optional(),
  refusals: z.number().int().min(0).optional(),
  models: z.array(z.object({ node: z.string(), sinceMs: z.number(), reason: z.string(), isTold: z.boolean() })),
})
export type SavedHealth = z.infer<typeof SavedSchema>

export class Health {
  readonly #camera: string
  #cameraReason: string | null = null
  readonly #troubles = new Map<string, string>()
  readonly #models = new Map<string, { sinceMs: number; reason: string; isTold: boolean }>()

  /** Passwords that the camera has refused in a row: another worker does not begin to count anew. */
  refusals = 0
  /** The second at which the camera was seen last before it went; null while it is there. */
  lostFromS: number | null = null
  #isWorthSaving = false

  /** `saved` by an earlier worker: what it has told of is not told again. */
  constructor(cameraNode: string, saved?: unknown) {
    this.#camera = cameraNode
    const known = SavedSchema.safeParse(saved)
    if (!known.success) return
    this.#isWorthSaving = true
    this.#cameraReason = known.data.camera
    this.refusals = known.data.refusals ?? 0
    this.lostFromS = known.data.lostFromS ?? null
    for (const { node, ...trouble } of known.data.models) this.#models.set(node, trouble)
  }

  /** For the next worker; undefined while all has always been well. */
  saved(): SavedHealth | undefined {
    this.#isWorthSaving ||= this.#cameraReason !== null || this.#models.size > 0
    return this.#isWorthSaving
      ? {
          camera: this.#cameraReason,
          ...(this.lostFromS === null ? {} : { lostFromS: this.lostFromS }),
          ...(this.refusals > 0 ? { refusals: this.refusals } : {}),
          models: [...this.#models].map(([node, trouble]) => ({ node, ...trouble })),
        }
      : undefined
  }

  /** Tells of a camera that went or came back. */
  camera(view: { camera: 'ok' | 'lost'; reason: string | null }): HealthNote[] {
    const was = this.#cameraReason
    this.#cameraReason = view.camera === 'lost' ? (view.reason ?? 'The camera sends no picture.') : null
    if (this.#cameraReason !== null && was === null)
      return [{ kind: 'stream.lost', node: this.#camera, text: this.#cameraReason }]
    if (this.#cameraReason === null && was !== null)
      return [{ kind: 'stream.resumed', node: this.#camera, text: 'The camera is back.' }]
    return []
  }

  /** Tells of a model that has been away for a while, or is back after that. */
  decisions(decisions: Decision[], nowMs: number): HealthNote[] {
    const notes: HealthNote[] = []
    for (const decision of decisions) {
      const trouble = this.#models.get(decision.node)
      if (decision.reason === 'model-unreachable') {
        const known = trouble ?? { sinceMs: nowMs, reason: '', isTold: false }
        known.reason = decision.text
        this.#models.set(decision.node, known)
        if (!known.isTold && nowMs - known.sinceMs >= modelLostAfterMs) {
          known.isTold = true
          notes.push({ kind: 'model.lost', node: decision.node, text: known.reason })
        }
      } else if (decision.reason !== 'camera-lost' && decision.reason !== 'dropped') {
        this.#models.delete(decision.node)
        if (trouble?.isTold)
          notes.push({ kind: 'model.resumed', node: decision.node, text: 'The model answers again.' })
      }
    }
    return notes
  }

  /** A model that answers, but not as well as it should, says so itself; null when all is well again. */
  trouble(node: string, trouble: string | null): void {
    if (trouble === null) this.#troubles.delete(node)
    else this.#troubles.set(node, trouble)
  }

  /** A node that is not there any more has no trouble. */
  forget(node: string): void {
    this.#troubles.delete(node)
    this.#models.delete(node)
  }

  /** The stream's state while it runs. */
  state(isWriting: boolean, spillTrouble: string | null = null): { state: StreamState; reason: string | null } {
    const model = [...this.#models.values()].find((trouble) => trouble.isTold)
    const reason =
      spillTrouble ??
      this.#cameraReason ??
      model?.reason ??
      [...this.#troubles.values()][0] ??
      (isWriting ? null : 'The database is away; decisions wait in memory.')
    return { state: reason === null ? 'running' : 'degraded', reason }
  }
}
