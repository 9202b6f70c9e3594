import { expect, it } from 'vitest'
import {
  catalogueFile,
  definedSentences,
  editorFiles,
  fillings,
  hardCoded,
  reportedSentences,
  readCatalogue,
  saidKeys,
  servedFile,
} from './sentences.ts'
import { speakServed, told } from '../../editor/words/served.ts'

const catalogue = readCatalogue()
const served = readCatalogue(servedFile)

it('the editor says every sentence through say(…)', () => {
  expect(editorFiles().flatMap((file) => hardCoded(file))).toEqual([])
})

it('finds a sentence that is written where it stands', () => {
  const page = [
    'const words = "All is well"',
    'const a = <p title="Fine">Nothing happened.</p>',
    'const b = `Read ${n} pages`',
    'const c = <p className="small quiet">{say("Known")}</p>',
    'const d = `/flows/${id}`',
    'const e = <b aria-label="camera" data-testid="camera">{isOn ? "running" : n}</b>',
    'const stateWords = { on: "running", id: say("off") }',
    'const f = { label: "wires", kind: "wires" }',
    'const g = () => ({ className: isOn ? "small" : "quiet", value: "running" })',
    'function sizeWords() { return big || "small" }',
  ].join('\n')
  expect(hardCoded('editor/page.tsx', page)).toEqual([
    'editor/page.tsx:1 All is well',
    'editor/page.tsx:2 Fine',
    'editor/page.tsx:2 Nothing happened.',
    'editor/page.tsx:3 Read 0 pages',
    'editor/page.tsx:6 camera',
    'editor/page.tsx:6 running',
    'editor/page.tsx:7 running',
    'editor/page.tsx:8 wires',
    'editor/page.tsx:10 small',
  ])
})

it(`${catalogueFile} has every sentence in Chinese, and none that nobody says`, () => {
  const said = saidKeys()
  expect([...said].filter((key) => !(key in catalogue)).sort(), 'write their Chinese').toEqual([])
  expect(
    Object.keys(catalogue).filter((key) => !said.has(key)),
    'node test/rules/sentences.ts --write takes them out',
  ).toEqual([])
})

it('the Chinese is filled with the same names as the English', () => {
  const wrong = Object.entries({ ...catalogue, ...served }).filter(
    ([key, chinese]) => `${fillings(key)}` !== `${fillings(chinese)}`,
  )
  expect(wrong).toEqual([])
})

it(`${servedFile} has everything that people read of a node type or a kind of connection`, () => {
  expect(definedSentences().filter((sentence) => !(sentence in served))).toEqual([])
})

it(`${servedFile} has what cards report of a message`, () => {
  speakServed(served)
  const reported = reportedSentences()
  expect(reported.length).toBeGreaterThan(12)
  expect(reported.filter((sentence) => told(sentence) === sentence)).toEqual([])
  speakServed({})
})
