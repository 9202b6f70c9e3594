// Flows as they are found in the wild: each is taken in whole, every part of it is accounted for, and goes back as it came.
import { describe, expect, it } from 'vitest'
import { forumFlows } from '../../test/support/forum-flows.ts'
import { moreForumFlows } from '../../test/support/forum-flows-more.ts'
import { oddForumFlows } from '../../test/support/forum-flows-odd.ts'
import { nodeIn, type RedEntry } from '../../test/support/red-flow.ts'
import { FlowSchema } from '../contract/flow.ts'
import { readDocument } from '../contract/read-document.ts'
import format from './format.ts'

const listOf = (entries: unknown): RedEntry[] =>
  Array.isArray(entries) ? (entries as RedEntry[]) : (entries as { flows: RedEntry[] }).flows

describe.each([...forumFlows, ...moreForumFlows, ...oddForumFlows])('$name', ({ entries, becomes }) => {
  const { flow, report } = format.read(entries)
  const list = listOf(entries)

  it('is read, with a row and a reason for every part', () => {
    expect(report).toHaveLength(list.length)
    for (const [index, entry] of list.entries()) {
      const fate = report[index]
      expect([fate?.id, fate?.type]).toEqual([String(entry['id'] ?? `entry-${index + 1}`), entry['type']])
      if (fate?.became === 'placeholder' || fate?.became === 'ignored' || !fate?.isExact)
        expect([fate?.id, fate?.reason]).toEqual([fate?.id, expect.stringMatching(/\w/)])
    }
    const first = (id: string) => nodeIn(flow, report.find((fate) => fate.id === id)?.nodes[0] ?? '')?.type ?? '-'
    expect(Object.fromEntries(Object.keys(becomes).map((id) => [id, first(id)]))).toEqual(becomes)
    expect(FlowSchema.safeParse(flow).error?.issues).toBeUndefined()
    const ids = new Set(flow.nodes.map(({ id }) => id))
    expect(ids.size).toBe(flow.nodes.length)
    expect(flow.wires.filter(({ from, to }) => !ids.has(from.node) || !ids.has(to.node))).toEqual([])
    expect(JSON.stringify([flow, report])).not.toContain('hidden')
  })

  it('goes back byte for byte', () => {
    expect(JSON.stringify(format.write(flow, entries))).toBe(JSON.stringify(list))
  })

  it('leaves nothing without a place when what is unknown stays in Node-RED', () => {
    const stayed = format.stay?.({ ...flow, foreign: { document: entries } }, 'p')
    const unknown = flow.nodes.filter(({ type }) => type.startsWith('node-red:'))
    expect(stayed === undefined).toBe(unknown.length === 0)
    if (!stayed) return
    expect(stayed.flow.nodes.filter(({ type }) => type.startsWith('node-red:'))).toEqual([])
    expect(FlowSchema.safeParse(stayed.flow).error?.issues).toBeUndefined()
    const here = new Set(stayed.flow.nodes.map(({ id }) => id))
    expect(stayed.flow.wires.filter(({ from, to }) => !here.has(from.node) || !here.has(to.node))).toEqual([])
    const there = new Set(stayed.tab.nodes.map(({ id }) => id))
    expect(there.size).toBe(stayed.tab.nodes.length)
    for (const { wires } of stayed.tab.nodes) for (const to of (wires as string[][]).flat()) expect(there).toContain(to)
    for (const { id, type, config } of unknown) {
      const stays = stayed.tab.nodes.find((each) => each['id'] === `p-${id}`)
      expect(stays).toMatchObject({ type: type.slice('node-red:'.length) })
      expect(Object.keys(stays ?? {})).toEqual(expect.arrayContaining(Object.keys(config['node'] as object)))
    }
    // Every wire is one there, or one to a bridge on both sides.
    const inside = flow.wires.filter(({ from, to }) => !here.has(from.node) && !here.has(to.node))
    for (const { from, to } of inside)
      expect(stayed.tab.nodes.find(({ id }) => id === `p-${from.node}`)?.['wires']).toEqual(
        expect.arrayContaining([expect.arrayContaining([`p-${to.node}`])]),
      )
  })
})

describe('a file that came to harm on its way', () => {
  const { entries } = forumFlows[0] as { entries: unknown }
  const takes = (document: unknown) => format.recognises(document)
  const json = JSON.stringify(entries, null, 2)
  it.each([
    ['with a byte order mark', `\ufeff${json}`],
    ['with line breaks of Windows', json.replaceAll('\n', '\r\n')],
    ['with its line breaks written out', json.replaceAll('\n', '\\n')],
    ['as the text of a program', JSON.stringify(json)],
    ['as the text of a program, without its quotes', JSON.stringify(json).slice(1, -1)],
    ['in the fence of a chat', `\`\`\`json\n${json}\n\`\`\``],
  ])('%s is read all the same', (_name, text) => {
    expect(readDocument(text, takes)).toEqual(entries)
  })
})

it('fills in what a tab and a subflow had set before a part leaves them', () => {
  const { entries } = [...forumFlows, ...moreForumFlows].find(({ name }) => name.includes('other values')) ?? {
    entries: [],
  }
  const { flow } = format.read(entries)
  const stayed = format.stay?.({ ...flow, foreign: { document: entries } }, 'p')
  expect(stayed?.tab.nodes.filter(({ type }) => type === 'pushover').map(({ title }) => title)).toEqual(['one', 'two'])
})
