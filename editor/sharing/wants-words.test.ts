import { describe, expect, it } from 'vitest'
import type { Wants } from '../../nodes/contract/shared-flow.ts'
import { linkWords, wantSections } from './wants-words.ts'

const none: Wants = {
  cameras: [],
  pointed: [],
  hosts: [],
  programs: [],
  connections: [],
  secrets: [],
  people: [],
  unknown: [],
  newer: [],
}

describe('what a shared flow wants', () => {
  it('is nothing, or a sentence for each thing with the cards that ask', () => {
    expect(wantSections(none)).toEqual([])
    const sections = wantSections({
      ...none,
      cameras: [{ node: 'cam', name: 'Door', words: 'Clip' }],
      hosts: [{ host: '10.0.0.7:554', cards: ['Door'] }],
      people: [{ to: 'ana@example.org', cards: ['Tell', 'Ask'] }],
      programs: [{ connection: 'helper', cards: ['Ask'] }],
      connections: [{ connection: 'gpu', can: 'watch', cards: [] }],
      pointed: [{ camera: 'hall', cards: ['Door'] }],
    })
    expect(sections.map(({ title, lines }) => [title, lines[0]?.text, lines[0]?.cards])).toEqual([
      ['Cameras', 'Door: Clip', ''],
      ['Cameras by name', 'It points to a camera called “hall”.', 'Door'],
      ['Where it reaches', 'It wants to reach 10.0.0.7:554, in your own network.', 'Door'],
      ['Who is told', 'It wants to write to ana@example.org. Pictures may go there.', 'Tell, Ask'],
      ['Programs on this machine', 'It may run a program on this machine, through the connection “helper”.', 'Ask'],
      ['Connections', 'It uses “gpu”, a connection that watches pictures.', ''],
    ])
  })

  it('says of a long link that it will be cut', () => {
    expect(linkWords('x'.repeat(8000))).toBe('')
    expect(linkWords('x'.repeat(12_400))).toContain('12 thousand characters')
  })
})
