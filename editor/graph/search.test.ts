import { describe, expect, it } from 'vitest'
import { everyEditorType } from '../../test/support/editor-types.ts'
import { rankTypes } from './search.ts'

const types = await everyEditorType()
const found = (words: string) => rankTypes(types, words).map(({ type }) => type)

describe('finding a card', () => {
  it('puts names first, and what only mentions the word last', () => {
    expect(found('tim')[0]).toBe('timer')
    expect(found('camera')[0]).toBe('camera-source')
    expect(found('camera').length).toBeGreaterThan(1)
    expect(found('mask')[0]).toBe('privacy-mask')
  })

  it.each([
    ['delay', ['cooldown', 'timer']],
    ['alarm', ['notification', 'arm']],
    ['count people', ['counter', 'interaction-model']],
    ['webhook', ['notification']],
    ['报警', ['notification']],
    ['摄像头', ['camera-source']],
    ['microphone', ['voice-input']],
  ])('knows "%s"', (words, wanted) => {
    expect(found(words).slice(0, wanted.length)).toEqual(expect.arrayContaining(wanted))
  })

  it('finds nothing for what nobody says, and everything for nothing', () => {
    expect(found('zzzz')).toEqual([])
    expect(found('  ')).toHaveLength(types.length)
  })
})
