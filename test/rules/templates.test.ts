// The templates: every file can be read, is whole in both languages, compiles once its questions are answered, and together they
// cover all that the interaction model can do.
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { readFields } from '../../runtime/compile/fields.ts'
import { lacksOf } from '../../runtime/templates/runs-here.ts'
import { capabilities, flowOf, languages } from '../../runtime/templates/template.ts'
import { readClips } from '../support/clip-labels.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { answered, readTemplates, richCatalogue } from '../support/templates.ts'

const all = readTemplates()
let catalogue: Awaited<ReturnType<typeof richCatalogue>>
beforeAll(async () => {
  catalogue = await richCatalogue()
})
const clips = readClips()
const WantedSchema = z.looseObject({
  within: z.tuple([z.number(), z.number()]).optional(),
  textMatches: z.string().optional(),
})
const chinese = /\p{Script=Han}/u

/** What people asked for, by the template that answers it. */
const scenes = [
  ...['fall-alert', 'fall-escalation', 'child-near-danger', 'fire-and-smoke', 'pot-boils-over', 'door-left-open'],
  ...['stranger-at-the-door', 'sports-commentary', 'football-highlights', 'yellow-card', 'racing-commentary'],
  ...['pet-livestream', 'danmaku-comments', 'subtitle-translation', 'shopping-app-guide', 'screen-watch'],
  ...['stock-chart-watch', 'repetition-counter', 'burpees', 'darts-score', 'cooking-guide', 'tell-me-after'],
  ...['visual-diary', 'how-many-were-there', 'sight-assistance', 'evening-companion', 'shop-floor-inspection'],
  ...['shelf-out-of-stock', 'helmets-and-vests', 'production-line-anomaly', 'machine-near-people', 'object-finder'],
  ...['outfit-advice', 'slide-lecture', 'rebuild-this-screen', 'prove-this-theorem', 'shift-recap'],
]
/** Falls, lying too long, coming and going, people count, hands up, repetitions, movement, zones. */
const builtIn = [
  ...['fall-alert', 'lying-too-long', 'coming-and-going', 'people-count', 'call-for-help', 'arm-raises'],
  ...['movement-in-a-quiet-room', 'zone-entered'],
]

describe('the templates', () => {
  it('are at least thirty and cover every capability', () => {
    expect(all.length).toBeGreaterThanOrEqual(30)
    const covered = new Set(all.map(({ template }) => template.capability))
    expect(capabilities.filter((each) => !covered.has(each))).toEqual([])
  })

  it('hold every scene that people named, and each that the built-in model can do works without a graphics card', () => {
    const ids = new Set(all.map(({ template }) => template.id))
    expect(scenes.filter((id) => !ids.has(id))).toEqual([])
    const noGpu = all.filter(({ template }) => template.tags.includes('no-gpu')).map(({ template }) => template.id)
    expect(builtIn.filter((id) => !noGpu.includes(id))).toEqual([])
  })

  it.each(all)('$file is called as its id', ({ file, template }) => {
    expect(file).toBe(`${template.id}.json`)
  })

  it.each(all)('$file speaks both languages, its instruction too', ({ template }) => {
    for (const words of [template.title, template.purpose, ...template.asks.map(({ label }) => label)]) {
      expect(words.zh).toMatch(chinese)
      expect(words.en).not.toMatch(chinese)
    }
    const told = template.flow.nodes.filter(({ config }) => typeof config.instruction === 'string')
    for (const { id } of told) expect(template.zh[`${id}.instruction`]).toMatch(chinese)
  })

  it.each(all)('$file tells the model in one breath when to speak and what not to say', ({ template }) => {
    for (const { config } of template.flow.nodes) {
      if (typeof config.instruction !== 'string') continue
      expect(config.instruction).toMatch(/\b(silent|nothing|never|not|only)\b/i)
      expect(config.instruction.length).toBeLessThanOrEqual(400)
    }
  })

  it.each(all)('$file has a sample in both languages, inside its seconds', ({ template: { sample } }) => {
    expect(sample).toBeDefined()
    for (const { asks, at, text } of sample?.says ?? []) {
      expect(at).toBeLessThan(sample?.seconds ?? 0)
      for (const said of [text, ...(asks ? [asks] : [])]) {
        expect(said.zh).toMatch(chinese)
        expect(said.en).not.toMatch(chinese)
      }
    }
  })

  it.each(all)('$file asks for fields that its cards have', ({ template }) => {
    for (const { node, field } of [...template.asks, ...Object.keys(template.zh).map(placeOf)]) {
      const type = template.flow.nodes.find(({ id }) => id === node)?.type ?? ''
      const definition = catalogue.nodes.get(type)
      expect(definition && readFields(definition).meta(field).label, `${node}.${field}`).toBeDefined()
    }
  })

  it.each(all)('$file compiles without an error or a doubt once it is answered', ({ template }) => {
    for (const language of languages) {
      const { plan, problems } = compileFlow(answered(template, catalogue.here, language), catalogue)
      expect(problems).toEqual([])
      expect(plan).not.toBeNull()
    }
  })

  it.each(all)('$file has no card twice and names no host', ({ template }) => {
    expect(JSON.stringify(flowOf(template, 'en'))).not.toMatch(/[a-z]+:\/\//)
    expect(new Set(template.flow.nodes.map(({ id }) => id)).size).toBe(template.flow.nodes.length)
  })

  it.each(all)(
    '$file has tests that can be met: windows inside their clips, patterns that can be read',
    ({ template }) => {
      for (const { clip, expect: expected, never } of template.tests) {
        expect(expected.length + never.length, clip).toBeGreaterThan(0)
        const label = clips.find(({ file }) => file === clip)
        if (clips.length > 0) expect(label, clip).toBeDefined()
        for (const each of [...expected, ...never]) {
          expect(['silence', 'response', 'delegate']).toContain(each.action)
          const { within, textMatches } = WantedSchema.parse(each)
          if (textMatches !== undefined) expect(() => new RegExp(textMatches, 'i')).not.toThrow()
          if (within) expect(within[0]).toBeLessThan(within[1])
          if (within && label)
            expect(within[1], `${clip} is ${label.duration_s} s long`).toBeLessThanOrEqual(label.duration_s)
        }
      }
    },
  )

  it('run with nothing but what comes with Heed, for every scene that the built-in model knows', () => {
    const here = {
      nodes: catalogue.nodes,
      hasVideo: true,
      connections: [
        { name: 'edge', ...ofKind('edge') },
        { name: 'flite', ...ofKind('flite') },
      ],
    }
    for (const { template } of all)
      expect(lacksOf(template, here, 'en').length === 0, template.id).toBe(template.tags.includes('no-gpu'))
  })
})

function placeOf(place: string): { node: string; field: string } {
  const [node = '', field = ''] = place.split('.')
  return { node, field }
}
