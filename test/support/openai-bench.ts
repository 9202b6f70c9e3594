// One conversation with a fake vision server, on a clock of its own.
import { beforeEach } from 'vitest'
import type { ModelMemory, ModelConversation, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createModels } from '../../runtime/models/models.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { fakeOpenai, sizedJpeg, type FakeOpenai, type FakeOpenaiOptions } from './fake-openai.ts'
import { quietLog } from './session-bench.ts'
import { ofKind } from './connection-kinds.ts'

export const picture = { width: 640, height: 480, jpeg: sizedJpeg(640, 480) }
export const never = new AbortController().signal
export let clock: FakeClock

/** Called by a suite: a clock for each of its tests. */
export function startClocks(): void {
  beforeEach(() => {
    clock = fakeClock()
  })
}

export interface Bench {
  fake: FakeOpenai
  conversation: ModelConversation
  tick(patch?: Partial<ModelTick>): Promise<ModelVerdict>
  ticks(count: number, patch?: Partial<ModelTick>): Promise<ModelVerdict[]>
  connection: Connection
}

export async function open(
  options: FakeOpenaiOptions = {},
  config: Record<string, unknown> = {},
  restore?: ModelMemory,
  secret: Record<string, string> = {},
): Promise<Bench> {
  const fake = fakeOpenai(options)
  const connection: Connection = {
    name: 'plain',
    ...ofKind('openai'),
    config: { url: 'http://127.0.0.1:9/v1', model: 'qwen-vl', ...config },
    secret,
  }
  const models = createModels({ connections: { get: async () => connection }, http: fake.http, clock, log: quietLog })
  const conversation = await models.open({
    connection: 'plain',
    streamKey: 's',
    config: restore ? { restore } : {},
    timeoutMs: 1000,
  })
  let number = 0
  const tick = (patch: Partial<ModelTick> = {}): Promise<ModelVerdict> => {
    number++
    return conversation.tick(
      {
        picture,
        kind: 'I',
        mediaTimeS: number - 1,
        atMs: number * 1000,
        tick: number,
        seconds: 1,
        instruction: 'Warn of falls.',
        persona: 'default',
        ...patch,
      },
      never,
    )
  }
  return {
    fake,
    conversation,
    connection,
    tick,
    ticks: async (count, patch) => {
      const verdicts: ModelVerdict[] = []
      for (let n = 0; n < count; n++) verdicts.push(await tick(patch))
      return verdicts
    },
  }
}
