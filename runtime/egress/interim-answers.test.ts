import { describe, expect, it } from 'vitest'
import { InterimAnswers } from './interim-answers.ts'

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function read(pieces: readonly string[]): string {
  const answers = new InterimAnswers()
  answers.asked()
  return pieces.map((piece) => answers.take(Buffer.from(piece)).toString()).join('')
}

describe('what a server says before its answer', () => {
  const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'
  it.each([
    ['early hints', early],
    ['that it works on it', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['that it waits', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['what nobody knows yet', 'HTTP/1.1 199 Later\r\nX: y\r\n\r\n'],
    ['several of them', `${early}HTTP/1.1 100 Continue\r\n\r\n${early}`],
  ])('is passed over: %s, whole and cut anywhere', (_what, before) => {
    expect(read([before + answer])).toBe(answer)
    expect(read([...(before + answer)])).toBe(answer)
    expect(read([before, answer])).toBe(answer)
  })

  it.each(['HTTP/1.1 101 Switching Protocols\r\n\r\nx', 'HTTP/1.1 1', 'HTTP/1.10 200', 'nonsense', answer + early])(
    'is left as it is when it is none: %j',
    (text) => {
      const seen = read([text])
      expect(text.startsWith(seen)).toBe(true)
      // What may still become one waits; all else is passed on at once.
      expect(seen === text || text.length < 12).toBe(true)
    },
  )
})
