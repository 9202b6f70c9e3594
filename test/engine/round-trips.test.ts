// Flows that travel: every template out of one Heed and into another, as a file, a picture and a link, ends where it began; and ten
// thousand broken documents end in a clear word, at no price.
import { beforeAll, describe, expect, it } from 'vitest'
import { CodedError } from '../../nodes/contract/errors.ts'
import { linkTo } from '../../nodes/contract/flow-address.ts'
import { packFlow } from '../../nodes/contract/flow-link.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { withoutMarks } from '../../nodes/contract/own-logins.ts'
import type { DescribedTypes } from '../../nodes/contract/shared-flow.ts'
import { readFlow } from '../../runtime/flows/flow-document.ts'
import { shareFlow, withoutSummary } from '../../runtime/flows/flow-export.ts'
import { readIncoming } from '../../runtime/flows/flow-intake.ts'
import { drawPicture } from '../../runtime/flows/flow-picture.ts'
import { describedTypes } from '../../runtime/flows/node-type-routes.ts'
import { addText } from '../../runtime/flows/png-text.ts'
import { languages } from '../../runtime/templates/template.ts'
import { answered, readTemplates, richCatalogue } from '../support/templates.ts'

const all = readTemplates()
let catalogue: Awaited<ReturnType<typeof richCatalogue>>
let types: DescribedTypes
let picture: Buffer
beforeAll(async () => {
  catalogue = await richCatalogue()
  types = describedTypes(catalogue.nodes)
  // Drawn once: what differs from flow to flow is what it carries.
  picture = await drawPicture(shareFlow(answered(all[0]!.template, catalogue.here), types).document, types)
})

const written = (flow: Flow): string => JSON.stringify(shareFlow(flow, types).document, null, 2)

/** As the routes do it: whatever bytes come, as the flow that is stored. */
async function takeIn(bytes: Buffer): Promise<Flow> {
  const { document } = await readIncoming(bytes)
  return withoutSummary(withoutMarks(readFlow(document)))
}

describe.each(all)('$file', ({ template }) => {
  it('comes back the same from a file, a link and a picture, in both languages', async () => {
    for (const language of languages) {
      const given = {
        ...answered(template, catalogue.here, language),
        samples: template.sample?.says.map(({ text }) => text[language]),
      }
      const out = shareFlow(given as Flow, types).document
      const before = JSON.stringify(out, null, 2)
      const ways: [string, Buffer][] = [
        ['a file', Buffer.from(before)],
        ['a file of Windows', Buffer.from(`\ufeff${before.replaceAll('\n', '\r\n')}`)],
        ['a link', Buffer.from(linkTo('https://heed.example', await packFlow(out)))],
        ['a picture', addText(picture, before)],
      ]
      for (const [way, bytes] of ways) {
        const taken = await takeIn(bytes)
        expect(written(taken), way).toBe(before)
        // And nothing is lost that the flow is made of.
        expect(taken.nodes, way).toEqual(out.nodes)
        expect(taken.tests, way).toEqual(out.tests)
      }
    }
  })
})

/** The same numbers on every run: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const nasty: readonly unknown[] = [
  null,
  -1,
  1e308,
  true,
  '',
  '\ud800',
  '\u0000',
  '__proto__',
  [],
  {},
  [[[[[[]]]]]],
  { toString: 1, constructor: { prototype: 1 } },
  'x'.repeat(5000),
  'rtsp://a:b@c@d:e/f?password=g#h',
]

/** One place of a document changed, dropped, doubled or put elsewhere. */
function wounded(document: unknown, random: () => number): unknown {
  const copy = structuredClone(document)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  let at: unknown = copy
  for (let depth = 0; depth < 8; depth++) {
    if (typeof at !== 'object' || at === null) break
    const group = at as Record<string, unknown>
    const keys = Object.keys(group)
    if (keys.length === 0) break
    const key = pick(keys)
    if (random() < 0.35 || typeof group[key] !== 'object') {
      const way = random()
      if (way < 0.5) group[key] = structuredClone(pick(nasty))
      else if (way < 0.7) delete group[key]
      else if (way < 0.9) group[`${key} again`] = structuredClone(group[key])
      else group[key] = structuredClone(copy)
      break
    }
    at = group[key]
  }
  return copy
}

describe('ten thousand broken documents', () => {
  it('end in a flow or in a sentence with a code, each within 200 ms', async () => {
    const random = randomFrom(9)
    const sources = all
      .slice(0, 12)
      .map(({ template }) => shareFlow(answered(template, catalogue.here), types).document)
    let slowestMs = 0
    let taken = 0
    const codes = new Set<string>()
    for (let index = 0; index < 10_000; index++) {
      const document = wounded(sources[index % sources.length], random)
      let text = JSON.stringify(document)
      if (random() < 0.2) text = text.slice(0, Math.floor(random() * text.length))
      if (random() < 0.1) text = text.replace('"config":', '"__proto__":')
      if (random() < 0.05) text = `${'['.repeat(3000)}${text}`
      const before = process.cpuUsage()
      try {
        written(await takeIn(Buffer.from(text)))
        taken++
      } catch (error) {
        if (!(error instanceof CodedError) || error.message.length < 20)
          throw new Error(`No sentence for: ${text.slice(0, 500)}`, { cause: error })
        codes.add(error.code)
      }
      // Work, not waiting: others share this machine.
      const { system, user } = process.cpuUsage(before)
      slowestMs = Math.max(slowestMs, (system + user) / 1000)
    }
    // `npm run bench` measures; what this once found took 2.2 s.
    expect(slowestMs).toBeLessThan(1000)
    // Both sides of the line were met, and the same few words are used for many wounds.
    expect(taken).toBeGreaterThan(1000)
    expect(taken).toBeLessThan(9000)
    expect([...codes].sort()).toEqual(expect.arrayContaining(['FLOW_CUT_OFF', 'FLOW_INVALID']))
    expect(({} as Record<string, unknown>).config).toBeUndefined()
  })
})
