import { describe, expect, it } from 'vitest'
import { isNewer, readDocument } from './read-document.ts'

const flow = { format: 'heed.flow/1', name: 'Yard', nodes: [], wires: [] }
const text = JSON.stringify(flow, null, 2)
const refusal = (raw: string): { code: string; message: string } => {
  try {
    readDocument(raw)
  } catch (error) {
    const { code, message, problems } = error as { code: string; message: string; problems?: { code: string }[] }
    return { code: problems?.[0]?.code ?? code, message }
  }
  return { code: 'taken', message: '' }
}

describe('a text that may be a flow', () => {
  it('is one with a byte order mark, blanks and the fence of a chat around it', () => {
    for (const raw of [text, `\ufeff${text}`, `\n\n ${text}\n`, `\`\`\`json\n${text}\n\`\`\``])
      expect(readDocument(raw)).toEqual(flow)
  })

  it('is one when it is cards that were copied on a canvas', () => {
    expect(readDocument(JSON.stringify({ format: 'heed.clip/1', nodes: [], wires: [] }))).toEqual({
      ...flow,
      name: 'Pasted cards',
    })
  })

  it.each([
    ['', 'FLOW_EMPTY'],
    ['  \n', 'FLOW_EMPTY'],
    ['<!DOCTYPE html><html>', 'FLOW_IS_WEB_PAGE'],
    ['<html lang="en">', 'FLOW_IS_WEB_PAGE'],
    ['<?xml version="1.0"?>', 'FLOW_IS_XML'],
    ['name,type', 'FLOW_NO_DOCUMENT'],
    [text.slice(0, -3), 'FLOW_CUT_OFF'],
    ['{"format":"heed.fl', 'FLOW_CUT_OFF'],
    ['{"format":', 'FLOW_CUT_OFF'],
    ['{"format" "heed.flow/1"}', 'FLOW_BROKEN_JSON'],
    [`${text},`, 'FLOW_BROKEN_JSON'],
    ['[{"format":{"toString":1}}]', 'FLOW_IS_LIST'],
    ['[1,2]', 'FLOW_IS_LIST'],
    [JSON.stringify([flow, flow]), 'FLOW_IS_LIST'],
    ['[{"id":"a","type":"inject","z":"t","wires":[["b"]]}]', 'FLOW_IS_NODE_RED'],
    ['[{"id":"t","type":"tab","label":"Flow 1"}]', 'FLOW_IS_NODE_RED'],
    ['{"flows":[{"id":"a","type":"inject","z":"t","wires":[]}],"rev":"1"}', 'FLOW_IS_NODE_RED'],
    ['{"format":"heed.template/1","flow":{}}', 'FLOW_IS_TEMPLATE'],
    ['{"a":"\\ud800"}', 'FLOW_HALF_CHARACTER'],
    ['{"a":"\ud800"}', 'FLOW_HALF_CHARACTER'],
    ['{"a\\u0000":1}', 'FLOW_ZERO_BYTE'],
    ['{"a":{"__proto__":{"polluted":1}}}', 'FLOW_FORBIDDEN_NAME'],
    ['{"a":{"\\u005f_proto__":{"polluted":1}}}', 'FLOW_FORBIDDEN_NAME'],
    [`${'['.repeat(100_000)}`, 'FLOW_TOO_DEEP'],
    [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'FLOW_TOO_DEEP'],
    [`[${'0,'.repeat(900_000)}0]`, 'FLOW_TOO_LARGE'],
    [`{"a":"${'x'.repeat(3_000_000)}"}`, 'FLOW_TOO_LARGE'],
  ])('%#: gets a sentence of its own', (raw, code) => {
    const { code: found, message } = refusal(raw)
    expect(found).toBe(code)
    expect(message.length).toBeLessThan(300)
    expect(message.isWellFormed()).toBe(true)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('says which line is wrong, and where a cut one ends', () => {
    expect(refusal('{\n "a": 1,\n "b" 2\n}').message).toContain('line 3')
    expect(refusal(text.slice(0, 40)).message).toContain('in the middle of line 3:')
  })

  it('knows a format that only a later version writes', () => {
    expect([flow, { format: 'heed.flow/2' }, { format: 'heed.flow/x' }, null, { format: 7 }].map(isNewer)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ])
  })
})
