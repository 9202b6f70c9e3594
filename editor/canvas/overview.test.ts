// Names in a picture of many cards: what of a title fits, at six pixels a letter.
import { expect, it } from 'vitest'
import { linesOf } from './overview.ts'

const lines = (title: string, width: number, most: number): string[] =>
  linesOf(title, width, most, (text) => text.length * 6)

it('keeps words whole, and says where one was cut', () => {
  expect(lines('Camera', 60, 3)).toEqual(['Camera'])
  expect(lines('Ask an agent', 48, 3)).toEqual(['Ask an', 'agent'])
  expect(lines('Interaction model', 48, 3)).toEqual(['Interac…', 'model'])
  expect(lines('Ask an agent', 48, 1)).toEqual(['Ask an…'])
  expect(lines('', 48, 2)).toEqual([])
})

it('breaks Chinese anywhere', () => {
  expect(lines('摄像头画面质量', 24, 2)).toEqual(['摄像头画', '面质量'])
})
