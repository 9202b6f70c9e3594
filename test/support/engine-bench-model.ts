// The model server of the engine's bench, in a thread of its own so that its work is not counted as the engine's.
import { parentPort, workerData } from 'node:worker_threads'
import { startFakeOrchestrator } from './fake-orchestrator.ts'

const fake = await startFakeOrchestrator({ latencyMs: (workerData as { latencyMs: number }).latencyMs })
parentPort?.postMessage(fake.url)
