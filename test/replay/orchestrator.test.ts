// The recordings of the real orchestrator, played again: against our double (it behaves the same), and against our client
// (it sends what was sent and reads what was answered).
import { describe, expect, it } from 'vitest'
import type { HttpPort, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { openVllmOmni } from '../../runtime/models/vllm-omni.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { quietLog } from '../support/session-bench.ts'
import { hasTranscripts, partsOf, readTranscript, transcripts, type TranscriptLine } from '../support/transcripts.ts'
import { ofKind } from '../support/connection-kinds.ts'

// What the scripted model behind the recording printed, by frame.
const printed: Record<number, string> = {
  3: '</response> A person has fallen.',
  4: '</response> A person has fallen.',
  6: '</response> A person has fallen.',
  7: '</response> Let me look into that. </delegation> How many chairs are in the room?',
  11: '</response> One moment. <delegation> Which brand is the laptop?',
  12: 'plain text without any marker',
  13: '',
  14: '</response>',
  15: '</response> first line\nsecond line </silence>',
  21: '</response> Back to normal.',
}
const failingFrame = 16

/** Without what differs from run to run: ids, clocks, and the moment at which a summary is ready. */
function comparable(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const { id: _id, created: _created, interaction, ...rest } = body as Record<string, unknown>
  if (typeof interaction !== 'object' || interaction === null) return rest
  const { latency_ms: _latency, memory, ...block } = interaction as Record<string, unknown>
  return { ...rest, interaction: block, memory: Object.keys(memory as object) }
}

describe.skipIf(!hasTranscripts).each(transcripts)('%s', (name) => {
  it('is what our double answers, line by line', async () => {
    const fake = await startFakeOrchestrator({
      chunkFrames: 6,
      delegation: name.endsWith('stub') ? 'stub' : 'off',
      model: ({ index }) => {
        if (index === failingFrame) throw new Error('the model server fails')
        return printed[index] ?? '</silence>'
      },
    })
    try {
      for (const line of readTranscript(name)) {
        const { method, path, headers, body } = line.request
        const response = await fetch(fake.url + path, {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          ...(method === 'POST' && body ? { body: JSON.stringify(body) } : {}),
        })
        const text = await response.text()
        const isJson = response.headers.get('content-type')?.includes('json') ?? false
        expect({ status: response.status, body: comparable(isJson ? JSON.parse(text) : text) }, line.note).toEqual({
          status: line.response.status,
          body: comparable(line.response.body),
        })
      }
    } finally {
      await fake.stop()
    }
  })

  it('is sent and read by our client', async () => {
    const ticks = readTranscript(name).filter(
      (line) => line.request.path === '/v1/chat/completions' && line.request.headers['x-session-id'] === 's1',
    )
    const lines = ticks.slice(ticks.findIndex((line) => partsOf(line).texts.length > 0))
    const player = playBack(lines)
    const session = openVllmOmni({
      http: player.http,
      log: quietLog,
      connection: { name: 'vllm', ...ofKind('vllm-omni'), config: { url: 'http://orchestrator' }, secret: {} },
      streamKey: 's1',
      timeoutMs: 1000,
      restore: undefined,
    })
    let instruction = ''
    for (const [index, line] of lines.entries()) {
      const { texts, images } = partsOf(line)
      instruction = texts[0] ?? instruction
      const picture = { width: 640, height: 480, jpeg: new Uint8Array([1, 2, 3]) }
      const verdict = session.tick(
        {
          picture,
          kind: 'I',
          atMs: index * 1000,
          mediaTimeS: index,
          tick: index + 1,
          seconds: images,
          persona: 'default',
          instruction,
        },
        new AbortController().signal,
      )
      if (line.response.status === 500)
        await expect(verdict, line.note).rejects.toMatchObject({ code: 'MODEL_BACKEND_DOWN' })
      else expect(await verdict, line.note).toMatchObject(expected(line))
      expect(player.sent[index], line.note).toEqual({ texts, images })
    }
    // The last line is the session that began anew: the instruction is given again.
    await session.tick(
      {
        picture: { width: 1, height: 1, jpeg: new Uint8Array() },
        kind: 'I',
        mediaTimeS: 0,
        atMs: 0,
        tick: 99,
        seconds: 1,
        persona: 'default',
        instruction,
      },
      new AbortController().signal,
    )
    expect(player.sent.at(-1)?.texts[0]).toContain('Summary: a person walks through the room and sits down.')
    expect(player.sent.at(-1)?.texts[0]).toContain('Count the people.')
  })
})

function expected(line: TranscriptLine): Partial<ModelVerdict> {
  const block = (line.response.body as { interaction: Record<string, unknown> }).interaction
  const isEmpty = block.action === 'response' && block.text === ''
  return {
    action: isEmpty ? 'silence' : (block.action as ModelVerdict['action']),
    text: String(block.text),
    reason: block.inference_skipped ? 'no-instruction' : 'model',
    ...(typeof block.delegated_question === 'string' ? { question: block.delegated_question } : {}),
  }
}

function playBack(lines: TranscriptLine[]): { http: HttpPort; sent: { texts: string[]; images: number }[] } {
  const sent: { texts: string[]; images: number }[] = []
  return {
    sent,
    http: {
      request: async (request) => {
        const line = lines[sent.length] ?? lines.at(-1)
        sent.push(
          partsOf({
            note: '',
            request: {
              method: 'POST',
              path: '',
              headers: {},
              body: JSON.parse(String(request.body)) as TranscriptLine['request']['body'],
            },
            response: { status: 0, body: null },
          }),
        )
        const body = line?.response.body
        return {
          status: line?.response.status ?? 500,
          headers: {},
          text: typeof body === 'string' ? body : JSON.stringify(body),
        }
      },
    },
  }
}
