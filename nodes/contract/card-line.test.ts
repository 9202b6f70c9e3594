import { describe, expect, it } from 'vitest'
import { editorType } from '../../test/support/editor-types.ts'
import { cardLine, withoutCredentials } from './card-line.ts'

describe('the line on a card', () => {
  it.each([
    ['cooldown', { quietMs: 90_000 }, 'Quiet 1.5 min'],
    ['camera-source', { kind: 'file', path: 'fall.mp4' }, 'Clip fall.mp4'],
    ['camera-source', { kind: 'browser', path: 'left-over.mp4' }, 'This browser'],
    ['notification', { channel: 'inbox', title: 'Fall' }, 'Inbox Fall'],
    ['adacodec', {}, 'Balanced, 640 px'],
    ['interaction-model', { instruction: '' }, 'Not set up yet'],
    ['interaction-model', { instruction: 'warn of falls' }, 'Warn of falls'],
  ])('says of %s with %j: %s', (type, config, line) => {
    expect(cardLine(editorType(type), config)).toBe(line)
  })

  it('never shows a password', () => {
    expect(withoutCredentials('IP camera rtsp://me:secret@10.0.0.7/s')).toBe('IP camera rtsp://***@10.0.0.7/s')
  })
})
