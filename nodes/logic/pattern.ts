// Patterns over text in linear time: Thompson's automaton, all states at once, so no pattern can make a tick late.
// Never falls back to RegExp. Understood: what RegExp's `u` syntax understands of
// . [a-z] [^…] \d \w \s \b ^ $ ( ) (?: ) | * + ? {m,n} and escaped signs; no look-around, no back references.

type Accepts = (point: number) => boolean
type Place = 'start' | 'end' | 'edge' | 'inside'
type Piece =
  | { is: 'one'; accepts: Accepts }
  | { is: 'row' | 'choice'; pieces: Piece[] }
  | { is: 'repeat'; piece: Piece; min: number; max: number }
  | { is: 'at'; place: Place }
type Step =
  { accepts: Accepts; next: number } | { either: number; or: number } | { place: Place; next: number } | { found: true }

export interface Pattern {
  test(text: string): boolean
}

const mostSteps = 2000
const deepest = 50
const mostRepeats = 200

class Misfit extends Error {}

const between =
  (first: number, last: number): Accepts =>
  (point) =>
    point >= first && point <= last
const not =
  (accepts: Accepts): Accepts =>
  (point) =>
    !accepts(point)
const oneOf =
  (all: Accepts[]): Accepts =>
  (point) =>
    all.some((accepts) => accepts(point))
const digit = between(48, 57)
const wordSign = oneOf([digit, between(65, 90), between(97, 122), between(95, 95)])
const space: Accepts = (point) => /\s/.test(String.fromCodePoint(point))
const lineEnd: Accepts = (point) => point === 10 || point === 13 || point === 0x2028 || point === 0x2029
const classes: Record<string, Accepts> = {
  d: digit,
  D: not(digit),
  w: wordSign,
  W: not(wordSign),
  s: space,
  S: not(space),
}
const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' }

const pointOf = (sign: string): number => sign.codePointAt(0) ?? 0

class Parser {
  readonly #signs: string[]
  readonly #folds: boolean
  #at = 0
  #depth = 0

  constructor(source: string, folds: boolean) {
    this.#signs = Array.from(source)
    this.#folds = folds
  }

  whole(): Piece {
    const piece = this.#choice()
    if (this.#at < this.#signs.length) throw new Misfit('has a ")" without its "("')
    return piece
  }

  #eat(sign: string): boolean {
    if (this.#signs[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #choice(): Piece {
    if (++this.#depth > deepest) throw new Misfit('is nested too deeply')
    const pieces = [this.#row()]
    while (this.#eat('|')) pieces.push(this.#row())
    this.#depth--
    return { is: 'choice', pieces }
  }

  #row(): Piece {
    const pieces: Piece[] = []
    for (
      let sign = this.#signs[this.#at];
      sign !== undefined && sign !== '|' && sign !== ')';
      sign = this.#signs[this.#at]
    )
      pieces.push(this.#repeated())
    return { is: 'row', pieces }
  }

  #repeated(): Piece {
    const piece = this.#atom()
    const bounds = this.#bounds()
    if (!bounds) return piece
    if (piece.is === 'at') throw new Misfit('repeats a place such as "^" or "\\b"')
    this.#eat('?') // asking for the shortest changes nothing: only whether it is found matters
    if (bounds.min > bounds.max) throw new Misfit('has a "{ }" whose numbers are the wrong way round')
    return { is: 'repeat', piece, ...bounds }
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#eat('*')) return { min: 0, max: Infinity }
    if (this.#eat('+')) return { min: 1, max: Infinity }
    if (this.#eat('?')) return { min: 0, max: 1 }
    if (this.#signs[this.#at] !== '{') return undefined
    const match = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#signs.slice(this.#at, this.#at + 12).join(''))
    if (!match) throw new Misfit('has a "{" that is not a count such as {2,5}; write "\\{" for the sign itself')
    this.#at += match[0].length
    const min = Number(match[1])
    const max = match[2] === undefined ? min : match[3] ? Number(match[3]) : Infinity
    if (min > mostRepeats || (max !== Infinity && max > mostRepeats))
      throw new Misfit(`counts to more than ${mostRepeats}`)
    return { min, max }
  }

  #atom(): Piece {
    const sign = this.#signs[this.#at++] ?? ''
    switch (sign) {
      case '.':
        return { is: 'one', accepts: not(lineEnd) }
      case '^':
        return { is: 'at', place: 'start' }
      case '$':
        return { is: 'at', place: 'end' }
      case '[':
        return { is: 'one', accepts: this.#set() }
      case '(':
        return this.#group()
      case '\\':
        return this.#escaped()
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ']':
        throw new Misfit(`has a "${sign}" with nothing before it to stand for; write "\\${sign}" for the sign itself`)
      default:
        return { is: 'one', accepts: this.#folded(between(pointOf(sign), pointOf(sign))) }
    }
  }

  #group(): Piece {
    if (this.#eat('?') && !this.#eat(':')) throw new Misfit('looks around with "(?", which is not understood here')
    const piece = this.#choice()
    if (!this.#eat(')')) throw new Misfit('has a "(" without its ")"')
    return piece
  }

  #escaped(): Piece {
    const sign = this.#signs[this.#at]
    if (sign === 'b' || sign === 'B') {
      this.#at++
      return { is: 'at', place: sign === 'b' ? 'edge' : 'inside' }
    }
    const known = this.#escape('')
    return { is: 'one', accepts: typeof known === 'number' ? this.#folded(between(known, known)) : known }
  }

  /** What stands behind a backslash: a sign's number, or a class. */
  #escape(more: string): number | Accepts {
    const sign = this.#signs[this.#at++]
    if (sign === undefined) throw new Misfit('ends in a "\\"')
    if (Object.hasOwn(classes, sign)) return classes[sign] ?? digit
    if (Object.hasOwn(controls, sign)) return pointOf(controls[sign] ?? '')
    if (`^$\\.*+?()[]{}|/${more}`.includes(sign)) return pointOf(sign)
    throw new Misfit(`has "\\${sign}", which is not understood here`)
  }

  #set(): Accepts {
    const isNegated = this.#eat('^')
    const parts: Accepts[] = []
    while (!this.#eat(']')) {
      const first = this.#member()
      const isRange =
        this.#signs[this.#at] === '-' && this.#signs[this.#at + 1] !== ']' && this.#signs[this.#at + 1] !== undefined
      if (!isRange) {
        parts.push(typeof first === 'number' ? between(first, first) : first)
        continue
      }
      this.#at++
      const last = this.#member()
      if (typeof first !== 'number' || typeof last !== 'number' || first > last)
        throw new Misfit('has a range in "[ ]" that leads nowhere')
      parts.push(between(first, last))
    }
    const accepts = this.#folded(oneOf(parts))
    return isNegated ? not(accepts) : accepts
  }

  #member(): number | Accepts {
    const sign = this.#signs[this.#at++]
    if (sign === undefined) throw new Misfit('has a "[" without its "]"')
    return sign === '\\' ? this.#escape('-') : pointOf(sign)
  }

  #folded(accepts: Accepts): Accepts {
    if (!this.#folds) return accepts
    return (point) => {
      const sign = String.fromCodePoint(point)
      return accepts(point) || accepts(pointOf(sign.toLowerCase())) || accepts(pointOf(sign.toUpperCase()))
    }
  }
}

/** Adds the steps of `piece` in front of step `next`; gives where they begin. */
function lay(piece: Piece, next: number, steps: Step[]): number {
  const add = (step: Step): number => {
    if (steps.length >= mostSteps) throw new Misfit('is too large; shorten it, or count less far')
    return steps.push(step) - 1
  }
  switch (piece.is) {
    case 'one':
      return add({ accepts: piece.accepts, next })
    case 'at':
      return add({ place: piece.place, next })
    case 'row':
      return piece.pieces.reduceRight((after, each) => lay(each, after, steps), next)
    case 'choice':
      return piece.pieces.map((each) => lay(each, next, steps)).reduceRight((or, either) => add({ either, or }))
    case 'repeat': {
      let begin = next
      if (piece.max === Infinity) {
        const loop = { either: next, or: next }
        begin = add(loop)
        loop.either = lay(piece.piece, begin, steps)
      } else {
        for (let n = piece.min; n < piece.max; n++) begin = add({ either: lay(piece.piece, begin, steps), or: next })
      }
      for (let n = 0; n < piece.min; n++) begin = lay(piece.piece, begin, steps)
      return begin
    }
  }
}

function isAt(place: Place, signs: readonly number[], at: number): boolean {
  if (place === 'start') return at === 0
  if (place === 'end') return at === signs.length
  const before = signs[at - 1],
    after = signs[at]
  const isEdge = (before !== undefined && wordSign(before)) !== (after !== undefined && wordSign(after))
  return place === 'edge' ? isEdge : !isEdge
}

/** True when any part of the text fits: every step is looked at once for each sign, never more often. */
function search(steps: readonly Step[], begin: number, text: string): boolean {
  const signs = Array.from(text, pointOf)
  const seenAt = new Int32Array(steps.length).fill(-1)
  let waiting: number[] = []
  for (let at = 0; at <= signs.length; at++) {
    const open = [...waiting, begin]
    waiting = []
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (seenAt[index] === at) continue
      seenAt[index] = at
      const step = steps[index]
      if (!step) continue
      if ('found' in step) return true
      if ('either' in step) open.push(step.or, step.either)
      else if ('place' in step) {
        if (isAt(step.place, signs, at)) open.push(step.next)
      } else if (at < signs.length && step.accepts(signs[at] ?? 0)) waiting.push(step.next)
    }
  }
  return false
}

/** Reads a pattern; `problem` says in words, to be read behind "The pattern", why it cannot be. */
export function readPattern(source: string, options: { caseSensitive?: boolean } = {}): Pattern | { problem: string } {
  try {
    const steps: Step[] = [{ found: true }]
    const begin = lay(new Parser(source, options.caseSensitive !== true).whole(), 0, steps)
    return { test: (text) => search(steps, begin, text) }
  } catch (thrown) {
    if (thrown instanceof Misfit) return { problem: thrown.message }
    throw thrown
  }
}
