import { describe, expect, it } from 'vitest'
import { editorType, editorTypes } from '../../test/support/editor-types.ts'
import { readTemplates } from '../../test/support/templates.ts'
import { differences, runsTheSame } from './compare.ts'
import { addNode, addWire, emptyFlow, moveNodes, removeItems, setConfig, setFlowText } from './edit.ts'

const types = editorTypes()
const fallAlert = readTemplates().find(({ template }) => template.id === 'fall-alert')?.template
if (!fallAlert) throw new Error('There is no template fall-alert.')
const base = fallAlert.flow

describe('what is different between two versions', () => {
  it('finds nothing between equals', () => {
    expect(differences(base, structuredClone(base), types)).toEqual([])
  })

  it('says what was added, removed, changed, moved and wired', () => {
    let other = addNode(base, editorType('camera-source'), { x: 0, y: 400 }).flow
    other = removeItems(other, { nodes: ['calm'], wires: [] })
    other = setConfig(moveNodes(other, new Map([['model', { x: 1, y: 1 }]])), 'codec', 'preset', 'detail')
    other = addWire(
      setFlowText(other, 'name', 'Falls'),
      { node: 'model', port: 'response' },
      { node: 'tell', port: 'message' },
    )
    expect(differences(base, other, types)).toEqual([
      'Named "Falls"',
      'Added: Camera',
      'Removed: Cooldown',
      'Changed settings: AdaCodec',
      'Moved 1 card',
      'Drew 1 wire',
      'Removed 2 wires',
    ])
  })

  it('does not keep silent about what has no words of its own', () => {
    expect(differences(emptyFlow('a'), { ...emptyFlow('a'), tags: ['care'] }, types)).toEqual([
      'Changed the description or the tags',
    ])
  })
})

describe('whether a deploy would change anything', () => {
  it('leaves out where the cards lie and in which order they are kept', () => {
    const moved = moveNodes(base, new Map([['model', { x: 1, y: 1 }]]))
    expect(runsTheSame(base, { ...moved, nodes: moved.nodes.toReversed(), wires: moved.wires.toReversed() })).toBe(true)
  })

  it('sees a setting, a card, a wire and the name, which messages carry', () => {
    expect(runsTheSame(base, setConfig(base, 'codec', 'preset', 'detail'))).toBe(false)
    expect(runsTheSame(base, addNode(base, editorType('camera-source'), { x: 0, y: 400 }).flow)).toBe(false)
    expect(
      runsTheSame(base, addWire(base, { node: 'model', port: 'response' }, { node: 'tell', port: 'message' })),
    ).toBe(false)
    expect(runsTheSame(base, setFlowText(base, 'name', 'Falls'))).toBe(false)
  })
})
