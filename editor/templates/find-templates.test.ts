import { describe, expect, it } from 'vitest'
import { findTemplates } from './find-templates.ts'
import type { TemplateView } from './template-views.ts'

const template = (id: string, over: Partial<TemplateView> = {}): TemplateView => ({
  id,
  version: 1,
  title: id,
  purpose: '',
  capability: 'monitoring',
  tags: [],
  origin: 'built-in',
  runsHere: true,
  lacks: [],
  missing: [],
  asks: [],
  preview: { url: '' },
  ...over,
})
const all = [
  template('fire', { runsHere: false, purpose: 'Warns of smoke before somebody would fall asleep.' }),
  template('fall-alert', { title: '跌倒报警', tags: ['care'] }),
  template('squats', { capability: 'counting', tags: ['sport'] }),
]
const found = (words: string, over: { capability?: string; onlyHere?: boolean } = {}): string[] =>
  findTemplates(all, { words, capability: null, onlyHere: false, ...over }).map(({ id }) => id)

describe('looking for a template', () => {
  it('finds a title before a purpose', () => {
    expect(found('fall')).toEqual(['fall-alert', 'fire'])
  })

  it('finds Chinese words, and a capability by either of its names', () => {
    expect([found('跌倒'), found('计数'), found('Counting')]).toEqual([['fall-alert'], ['squats'], ['squats']])
  })

  it('wants every word, and nothing where one is missing', () => {
    expect([found('care fall'), found('care squats')]).toEqual([['fall-alert'], []])
  })

  it('shows those that run here first, or alone', () => {
    expect(found('')).toEqual(['fall-alert', 'squats', 'fire'])
    expect(found('', { onlyHere: true, capability: 'monitoring' })).toEqual(['fall-alert'])
  })
})
