// A flow rehearsed as the product does it, real decoder included, without a database: for measuring, and for models of a test's own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelPort } from '../../nodes/contract/capabilities.ts'
import { createMedia } from '../../runtime/cameras/media.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { systemClock } from '../../runtime/clock.ts'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { clipFlow } from '../../runtime/rehearsals/clip-flow.ts'
import type { ClipOutcome } from '../../runtime/rehearsals/records.ts'
import { rehearseClip } from '../../runtime/rehearsals/rehearse-clip.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { connectionKinds, ofKind } from './connection-kinds.ts'
import { memoryPictureRelay } from './memory-bus.ts'
import { quietLog } from './session-bench.ts'

export interface RehearsalBench {
  /** The whole clip, at lockstep pace. */
  run(clip: string): Promise<ClipOutcome>
  close(): Promise<void>
}

/** `folders`: where clips are; `models` answers for every connection. */
export async function openRehearsalBench(
  document: Flow,
  { folders, models }: { folders: string[]; models: ModelPort },
): Promise<RehearsalBench> {
  const nodes = await loadCatalogue()
  const connections = new Map([...connectionKinds.keys()].map((kind) => [kind, { name: kind, ...ofKind(kind) }]))
  const dataDir = await mkdtemp(join(tmpdir(), 'heed-rehearsal-bench-'))
  const media = createMedia({
    dataDir,
    mediaDirs: folders,
    clock: systemClock,
    log: quietLog,
    relay: memoryPictureRelay(),
    fillCredentials: async (_flow, _node, url) => url,
    egress: { checkAddress: async () => undefined as never },
  })
  return {
    run: async (clip) => {
      const { camera, document: rehearsed } = clipFlow(document, { nodes, clip })
      const { plan, problems } = compileFlow(rehearsed, { nodes, connections })
      const [stream] = plan?.streams ?? []
      if (!stream) throw new Error(`The flow does not compile: ${problems.map(({ message }) => message).join(' ')}`)
      const request = { clips: [clip], camera, askAgents: false, startAt: '2026-05-01T08:00:00.000Z' }
      const { outcome } = await rehearseClip(
        {
          clip,
          index: 0,
          order: { id: 'r1', flow: { id: 'f1', name: document.name, revision: 1 }, plan: stream, request, tests: [] },
        },
        {
          clock: systemClock,
          log: quietLog,
          nodes,
          media: (owner) => media.inOrder(owner),
          models,
          agents: { ask: () => Promise.reject(new Error('Nobody is asked.')) },
        },
        new AbortController().signal,
      )
      return outcome
    },
    close: () => rm(dataDir, { recursive: true, force: true }),
  }
}
