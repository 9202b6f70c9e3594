import { describe, expect, it } from 'vitest'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import type { Problem } from '../views.ts'
import { problemTone } from './todo.ts'

const node = (config: Record<string, unknown>): FlowNode => ({
  id: 'n',
  type: 'filter',
  version: 1,
  position: { x: 0, y: 0 },
  config,
})
const problem = (more: Partial<Problem>): Problem => ({
  code: 'NODE_CONFIG_WRONG',
  message: 'Wrong.',
  severity: 'error',
  node: 'n',
  port: null,
  field: null,
  ...more,
})
const nobody: ReadonlySet<string> = new Set()

describe('what a card still needs', () => {
  it.each([
    ['a field that was never filled', { field: 'words' }, {}, 'todo'],
    ['a field that is empty', { field: 'words' }, { words: '' }, 'todo'],
    ['a list without entries', { field: 'words.0' }, { words: [] }, 'todo'],
    ['a wire that is not drawn', { code: 'NODE_INPUT_MISSING', port: 'message' }, {}, 'todo'],
    ['a field that is filled and wrong', { field: 'words' }, { words: 'x' }, 'bad'],
    ['zero, which somebody chose', { field: 'quietMs' }, { quietMs: 0 }, 'bad'],
    ['a warning about what is set', { field: 'words', severity: 'warning' }, { words: 'x' }, 'warn'],
    ['anything else', { code: 'NODE_TYPE_UNKNOWN' }, {}, 'bad'],
  ] as const)('%s', (_what, more, config, tone) => {
    expect(problemTone(problem(more), node(config), nobody)).toBe(tone)
  })

  it('is an error once somebody has tried to deploy the card', () => {
    expect(problemTone(problem({ field: 'words' }), node({}), new Set(['n']))).toBe('bad')
    expect(problemTone(problem({ code: 'FLOW_NO_CAMERA', node: null }), undefined, nobody)).toBe('bad')
  })
})
