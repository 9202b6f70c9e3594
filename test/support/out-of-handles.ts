// A process without a file handle left that starts the helpers it needs, for tests. Prints what became of each, as JSON.
import { openSync } from 'node:fs'
import { toError } from '../../nodes/contract/errors.ts'
import { commandAgent } from '../../runtime/agents/command.ts'
import { systemClock } from '../../runtime/clock.ts'
import { PoseChild } from '../../runtime/models/edge/pose-child.ts'
import { startChild } from '../../runtime/cameras/child.ts'
import { createToolFinder } from '../../runtime/cameras/tools.ts'
import { createFlite } from '../../runtime/voices/flite.ts'
import { ofKind } from './connection-kinds.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const signal = new AbortController().signal
const words = (error: unknown): string => {
  const { name, message } = toError(error)
  return `${name}: ${message}`
}
// What is loaded on first use is loaded before.
await import('node:child_process')
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  // All are taken.
}
const child = startChild(systemClock, ['true'], { lastPipe: 6, feed: true, env: {} })
child.output(6).on('data', () => undefined)
const pose = new PoseChild({ log, clock: systemClock, onFree: () => undefined })
const question = { taskId: 't', question: 'What is it?', note: '', pictures: [], timeoutMs: 5000, sessionId: 's' }
const connection = { name: 'it', ...ofKind('command'), config: { command: 'it' }, secret: {} } as const
const [ended, agent, voice, tools] = await Promise.all([
  child.ended,
  commandAgent({ it: ['true'] })(connection, question, signal).catch(words),
  createFlite({ log }).speak({ text: 'Hello', voice: '', language: 'en' }, signal).catch(words),
  createToolFinder({})().catch(words),
])
await systemClock.sleep(300)
const poseStarts = pose.restarts + 1
await pose.close()
await child.stop()
process.stdout.write(JSON.stringify({ ended, agent, voice, tools, poseStarts }))
process.exit(0)
