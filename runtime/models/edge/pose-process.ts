// A process of its own that runs the pose model: pictures in, keypoints out. Never reads anything but the model file.
//
// Not a worker thread: onnxruntime-node 1.30 aborts the whole process (SIGABRT out of its native code) when the main thread
// exits or terminates the thread during a run; measured, 5 of 6 exits. Here such a fault costs one restart of this process.
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'

export interface PoseRequest {
  id: number
  width: number
  height: number
  rgb: Uint8Array
}
export type PoseReply =
  | { type: 'ready' }
  | { type: 'poses'; id: number; output: Float32Array }
  | { type: 'failed'; id: number; message: string }

const modelPath = fileURLToPath(new URL('./movenet-multipose-192x256.fp16.onnx', import.meta.url))

const say = (reply: PoseReply): void => {
  if (process.connected) process.send?.(reply)
}

async function answer(session: InferenceSession, request: PoseRequest): Promise<PoseReply> {
  try {
    const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]]
    const tensor = new Tensor('int32', Int32Array.from(request.rgb), [1, request.height, request.width, 3])
    const result = await session.run({ [input]: tensor })
    return { type: 'poses', id: request.id, output: Float32Array.from(result[output]?.data as Float32Array) }
  } catch (error) {
    return { type: 'failed', id: request.id, message: error instanceof Error ? error.message : String(error) }
  }
}

// Ctrl-C reaches the whole process group: the parent decides when this one ends, by hanging up.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))

const session = await InferenceSession.create(modelPath, {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
})
process.on('message', (request: PoseRequest) => {
  void answer(session, request).then(say)
})
say({ type: 'ready' })
