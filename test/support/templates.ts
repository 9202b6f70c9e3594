// The templates that come with Heed as tests use them: each with its questions answered, and a catalogue in which everything that
// could be asked for is there.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Catalogue } from '../../nodes/contract/define.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { answerTemplate, type Answers } from '../../runtime/templates/answers.ts'
import { fittingConnections, type Here } from '../../runtime/templates/runs-here.ts'
import { builtInTemplates } from '../../runtime/templates/shelf.ts'
import { readTemplate, type Language, type Template } from '../../runtime/templates/template.ts'
import { connectionKinds, ofKind } from './connection-kinds.ts'

/** By file name, in its order; throws with what is wrong with one. */
export function readTemplates(): { file: string; template: Template }[] {
  return readdirSync(builtInTemplates)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((file) => {
      const read = readTemplate(JSON.parse(readFileSync(path.join(builtInTemplates, file), 'utf8')))
      if ('trouble' in read) throw new Error(`${file}: ${read.trouble}`)
      return { file, template: read.template }
    })
}

/** Those that people connect most come first, as they would be proposed to them. */
const usual = [
  'vllm-omni',
  'joyai-webinfer',
  'openai',
  'edge',
  'background-agent',
  'command',
  'a2a',
  'speech',
  'flite',
  'smtp',
]

/** Every node type, and one connection of every kind, called by it. */
export async function richCatalogue(): Promise<Catalogue & { here: Here }> {
  const nodes = await loadCatalogue()
  const connections = new Map(
    [...new Set([...usual, ...connectionKinds.keys()])].map((kind) => [kind, { name: kind, ...ofKind(kind) }] as const),
  )
  return { nodes, connections, here: { nodes, connections: [...connections.values()], hasVideo: true } }
}

/** What a person would answer: a clip, and of the connections the one the gallery proposes. */
export function answersFor(template: Template, here: Here, language: Language): Answers {
  return Object.fromEntries(
    template.asks.flatMap((ask) => {
      const place = `${ask.node}.${ask.field}`
      if (ask.kind === 'camera') return [[place, 'clip.mp4']]
      if (ask.kind === 'connection') return [[place, fittingConnections(template, ask, here, language)[0] ?? '']]
      return ask.default === null ? [] : [[place, ask.default]]
    }),
  )
}

export function answered(template: Template, here: Here, language: Language = 'en') {
  return answerTemplate(template, answersFor(template, here, language), language, here.nodes)
}
