// The order in which test files start: the slowest first, so that none of them is left to run alone at the end.
// Only an order: a file that is missing here, or has become quicker, is run all the same.
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Measured; only the ones above about ten seconds. One that reckons stands beside one that waits. */
const slowest = [
  'test/product/falls.test.ts',
  'test/edge/falls.test.ts',
  'test/media/pushed.test.ts',
  'test/media/odd-cameras.test.ts',
  'test/media/rtsp.test.ts',
  'test/media/web.test.ts',
  'test/media/clips.test.ts',
  'test/engine/day.test.ts',
  'test/media/masks.test.ts',
  'test/conformance/openai.test.ts',
  'test/store/embedded.test.ts',
  'test/speech/speech.test.ts',
  'test/media/safety.test.ts',
  'test/edge/pose-process.test.ts',
  'test/media/library.test.ts',
  'test/edge/adacodec-clips.test.ts',
  'test/media/browser.test.ts',
  'test/rules/lint.test.ts',
  'test/agents/agents.test.ts',
  'test/store/db.test.ts',
  'test/queue/outage.test.ts',
  'test/queue/takeover.test.ts',
  'test/queue/actions.test.ts',
  'test/queue/streams.test.ts',
  'test/queue/real-store.test.ts',
  'test/product/faults.test.ts',
  'test/product/workers.test.ts',
  'test/product/voice.test.ts',
  'test/browser/accessibility.test.ts',
  'test/browser/tabs.test.ts',
  'test/browser/acting.test.ts',
  'test/browser/templates.test.ts',
  'test/product/outages.test.ts',
  'test/product/agents.test.ts',
]

/** Vitest's `sequence.sequencer`. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification): number => {
      const at = slowest.indexOf(relative(this.ctx.config.root, file.moduleId).replaceAll('\\', '/'))
      return at < 0 ? slowest.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
