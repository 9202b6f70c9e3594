// A Heed of its own that only watches cameras, to be killed by a test. Arguments: data folder, then a camera as JSON each.
// Prints a line for every first picture.
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createMedia } from '../../runtime/cameras/media.ts'
import { memoryPictureRelay } from './memory-bus.ts'

const [dataDir = '', ...cameras] = process.argv.slice(2)
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const media = createMedia({
  dataDir,
  mediaDirs: [],
  clock: systemClock,
  log,
  relay: memoryPictureRelay(),
  fillCredentials: async (_flow, _node, url) => url,
  egress: createEgress(),
})

await Promise.all(
  cameras.map(async (camera, index) => {
    const port = media.forStream({ flowId: 'flow', nodeId: `cam${index}`, streamId: `flow-cam${index}` })
    const taps = { ...defaultTaps, fast: { width: 256, height: 192, fps: 8 } }
    for await (const frame of port.open(JSON.parse(camera) as CameraSpec, taps, {
      signal: new AbortController().signal,
    })) {
      if (frame.seq === 0) process.stdout.write(`camera ${index} plays\n`)
    }
  }),
)
