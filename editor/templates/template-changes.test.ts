import { describe, expect, it } from 'vitest'
import { editorTypes } from '../../test/support/editor-types.ts'
import { readTemplates } from '../../test/support/templates.ts'
import { changeWords } from './template-changes.ts'
import type { TemplateChange } from './template-views.ts'

const flow = readTemplates().find(({ template }) => template.id === 'fall-alert')?.template.flow
if (!flow) throw new Error('There is no template fall-alert.')
const types = editorTypes()
const words = (change: Partial<TemplateChange>) =>
  changeWords([{ what: 'setting', node: 'model', field: null, from: null, to: null, keptOwn: false, ...change }], {
    flow,
    next: undefined,
    types,
  })[0]

describe('what a newer template changes, in words', () => {
  it('names the card and the field, with what is there and what would be', () => {
    expect(words({ field: 'watchFor', from: ['fall'], to: ['fall', 'lying'], keptOwn: true })).toEqual({
      what: 'Interaction model: Watch for',
      from: 'A person falls',
      to: 'A person falls, lying',
      keptOwn: true,
    })
    expect(words({ node: 'calm', field: 'quietMs', from: 30_000, to: 90_000 })).toMatchObject({
      from: '30 s',
      to: '1.5 min',
    })
    expect(words({ field: 'instruction', from: null, to: 'Warn.' })).toMatchObject({ from: 'nothing', to: 'Warn.' })
  })

  it('names the cards of a wire, and one that is gone', () => {
    expect(words({ what: 'wire-added', to: 'camera.frames → codec.frames' })?.what).toBe('New wire: Camera → AdaCodec')
    expect(words({ what: 'node-removed', node: 'nobody' })?.what).toBe('Goes away: a node that is gone')
  })
})
