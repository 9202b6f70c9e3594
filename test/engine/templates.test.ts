// Every template, run whole and in lockstep on its own sample: a model that says what is written there, second by second, and the
// real nodes behind it. What must be told is told to the right card at the right second, and what must not is not.
import { beforeAll, describe, expect, it } from 'vitest'
import { clipFlow } from '../../runtime/rehearsals/clip-flow.ts'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { checkTests, FlowTestSchema, type FlowTest } from '../../runtime/rehearsals/flow-tests.ts'
import { rehearseClip } from '../../runtime/rehearsals/rehearse-clip.ts'
import { languages, type Language, type Template } from '../../runtime/templates/template.ts'
import type { NodeDefinition, SourceNode } from '../../nodes/contract/define.ts'
import { markOf } from '../../nodes/contract/frames.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakeModel } from '../support/fake-model.ts'
import { quietLog } from '../support/session-bench.ts'
import { simulatedCamera } from '../support/simulated-source.ts'
import { answered, readTemplates, richCatalogue } from '../support/templates.ts'

const all = readTemplates()
let catalogue: Awaited<ReturnType<typeof richCatalogue>>
beforeAll(async () => {
  catalogue = await richCatalogue()
})

/** Texts are read in English; in the other language only who is told, and when. */
function testOf({ sample }: Template, language: Language): FlowTest {
  const test = FlowTestSchema.parse({ clip: 'clip.mp4', expect: sample?.expect, never: sample?.never })
  if (language === 'en') return test
  return {
    ...test,
    expect: test.expect.map(({ textMatches: _words, ...rest }) => rest),
    never: test.never.filter(({ textMatches }) => textMatches === undefined),
  }
}

/** As a camera does that burns in what the cards behind it want. */
function burning({ open }: SourceNode, { taps }: PlanStream): SourceNode['open'] {
  const burnt = (taps.filters ?? []).map(markOf)
  return async function* (...given) {
    for await (const frame of open(...given)) yield { ...frame, burnt }
  }
}

async function play(template: Template, language: Language) {
  const { sample } = template
  if (!sample) throw new Error(`${template.id} has no sample.`)
  const clock = fakeClock()
  const camera = simulatedCamera({ clock, frames: sample.seconds, isPulled: true })
  const model = fakeModel({
    clock,
    verdict: ({ mediaTimeS }) => {
      const said = sample.says.find(({ at }) => at === mediaTimeS)
      if (!said) return {}
      const text = said.text[language]
      return said.asks ? { action: 'delegate', text, question: said.asks[language] } : { action: 'response', text }
    },
  })
  const { camera: id, document } = clipFlow(answered(template, catalogue.here, language), {
    nodes: catalogue.nodes,
    clip: 'clip.mp4',
  })
  const { plan } = compileFlow(document, catalogue)
  const [stream] = plan?.streams ?? []
  if (!stream) throw new Error(`${template.id} has no camera.`)
  const nodes: ReadonlyMap<string, NodeDefinition> = new Map([
    ...catalogue.nodes,
    [stream.source.type, { ...camera.definition, type: stream.source.type, open: burning(camera.definition, stream) }],
  ])
  const { outcome } = await rehearseClip(
    {
      clip: 'clip.mp4',
      index: 0,
      order: {
        id: 'r1',
        flow: { id: 'f1', name: template.title[language], revision: 1 },
        plan: stream,
        request: {
          clips: ['clip.mp4'],
          camera: id,
          askAgents: true,
          startAt: sample.startAt ?? '2026-05-01T08:00:00.000Z',
        },
        tests: [testOf(template, language)],
      },
    },
    {
      clock,
      log: quietLog,
      nodes,
      media: () => ({
        open: () => {
          throw new Error('No clip is opened.')
        },
      }),
      models: model,
      agents: {
        ask: async () => {
          if (!sample.answer) throw new Error(`${template.id} asks an agent, and its sample has no answer.`)
          return { text: sample.answer[language] }
        },
      },
    },
    new AbortController().signal,
  )
  return { model, outcome, sample }
}

describe.each(all)('$file on its sample', ({ template }) => {
  it.each(languages)('tells whom it must, when it must, and nobody else (%s)', async (language) => {
    const { model, outcome, sample } = await play(template, language)
    expect([outcome.state, outcome.trouble]).toEqual(['finished', null])
    // The whole script was played: it is the flow that is tested, not an empty clip.
    expect(model.ticks.length).toBe(sample.seconds)
    const spoken = outcome.decisions.filter(({ action }) => action !== 'silence')
    expect(spoken.length).toBeGreaterThanOrEqual(1)
    expect(
      outcome.checks.filter(({ passed }) => !passed),
      JSON.stringify(outcome.captured.map(({ mediaTimeS, node, text, title }) => [mediaTimeS, node, title, text])),
    ).toEqual([])
    // Somebody outside of the model hears of it, or nothing was proved.
    expect(outcome.checks.some(({ action, kind }) => kind === 'expect' && action !== 'response')).toBe(true)
    expect(outcome.events.filter(({ kind }) => kind.endsWith('.failed'))).toEqual([])
  })
})

describe('the tests on clips that a template carries', () => {
  const carried = all.flatMap(({ file, template }) => template.tests.map((test) => ({ file, clip: test.clip, test })))
  const said = (action: 'response' | 'delegate', mediaTimeS: number, text: string) => ({
    ...{ tick: 0, node: 'model', mediaTimeS, action, text, note: null, question: null, reason: null },
    ...{ visualTokens: 0, latencyMs: 0 },
  })

  // One that passes whatever is done, or that nothing can pass, would prove nothing on the real clip either.
  it.each(carried)('$file on $clip tell a model that does its work from one that sleeps or never stops', ({ test }) => {
    const read = FlowTestSchema.parse(test)
    const passes = (decisions: ReturnType<typeof said>[]): boolean =>
      checkTests({ decisions: decisions as never, captured: [] }, [read]).every(({ passed }) => passed)
    const words = (pattern = ''): string =>
      /\\d/.test(pattern) ? '7' : `${pattern.replace(/\\b|[()^$]/g, '').split('|')[0] ?? ''} seen`
    const right = read.expect.map(({ within, action, textMatches }) =>
      said(action as 'response', (within[0] + within[1]) / 2, words(textMatches)),
    )
    expect(passes(right), 'does its work').toBe(true)
    if (read.expect.length > 0) expect(passes([]), 'sleeps').toBe(false)
    const restless = read.never.map(({ within, action, textMatches }) =>
      said(action as 'response', within ? within[0] + 0.1 : 1, words(textMatches)),
    )
    if (read.never.length > 0) expect(passes([...right, ...restless]), 'never stops').toBe(false)
  })
})
