import { expect, it } from 'vitest'
import { urgentFirst } from './event-pages.ts'
import type { EventView } from './views.ts'

const event = (id: string, kind: EventView['kind']) => ({ id, kind }) as EventView

it('shows somebody who needs help before a camera that is away, however new that is', () => {
  const [lost, fall, older] = [
    event('lost', 'stream.lost'),
    event('fall', 'response.given'),
    event('older', 'response.given'),
  ]
  expect(urgentFirst([lost, fall, older])).toEqual([fall, older, lost])
})
