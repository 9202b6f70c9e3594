import { expect, it } from 'vitest'
import { createSight } from './conversation.ts'

it('says nothing while everything is seen, whatever hangs between two ticks', () => {
  const sight = createSight(['fall'])
  for (const [second, seen] of [5, 9, 8, 10, 7, 8, 6].entries()) {
    sight.add(second, 8, seen)
    expect(sight.trouble()).toBeUndefined()
  }
})

it('says in words how little is seen, and stops saying it when all is well again', () => {
  const sight = createSight(['person-enters', 'fall'])
  for (let second = 0; second < 6; second++) sight.add(second, 8, 3)
  expect(sight.trouble()).toBe(
    'This machine cannot keep up: the built-in model sees 3 of 8 pictures a second. Falls may be missed.',
  )
  for (let second = 6; second < 12; second++) sight.add(second, 8, 8)
  expect(sight.trouble()).toBeUndefined()
})

it('waits for a few seconds before it judges, and after a file begins anew', () => {
  const sight = createSight(['motion'])
  for (let second = 0; second < 3; second++) sight.add(second, 8, 3)
  expect(sight.trouble()).toBeUndefined()
  sight.add(3, 8, 3)
  expect(sight.trouble()).toBe(
    'This machine cannot keep up: the built-in model sees 3 of 8 pictures a second. Things may be missed.',
  )
  sight.add(0, 8, 3)
  expect(sight.trouble()).toBeUndefined()
})
