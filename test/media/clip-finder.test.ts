// A clip on another machine is found there, and only asked for when somebody could answer.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { systemClock } from '../../runtime/clock.ts'
import { memoryBus } from '../support/memory-bus.ts'
import { createClipFinder, type ClipFinder } from '../../runtime/cameras/clip-finder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'heed-clips-'))
})
afterEach(() => rm(root, { recursive: true }))

/** Machines with a media folder each, on one bus. */
async function machines(
  names: string[],
  clock: Clock = systemClock,
): Promise<{ finders: ClipFinder[]; asked(): number }> {
  const shared = memoryBus()
  const stats = { sent: 0, received: 0, cut: 0, dropped: 0, peers: names.length - 1 }
  const finders = await Promise.all(
    names.map(async (name) => {
      const media = join(root, name)
      await mkdir(media)
      await writeFile(join(media, `${name}.mp4`), name)
      return createClipFinder({ clock, folders: { media, extra: [] }, bus: { ...shared, stats } })
    }),
  )
  return { finders, asked: () => shared.messages.filter(({ type }) => type === 'clip-asked').length }
}

it('a clip is here or on another machine', async () => {
  const { finders, asked } = await machines(['a', 'b'])
  expect(await finders[0]?.find('a.mp4')).toEqual({ place: 'here' })
  expect(asked()).toBe(0)
  expect(await finders[0]?.find('b.mp4')).toEqual({ place: 'elsewhere' })
})

it('a clip that nobody answers for is nowhere', async () => {
  const { finders } = await machines(['a', 'b'], { ...systemClock, sleep: async () => undefined })
  expect(await finders[0]?.find('gone.mp4')).toMatchObject({
    place: 'nowhere',
    isAlone: false,
    trouble: { code: 'CAMERA_NOT_FOUND' },
  })
})

it('a process alone asks nobody', async () => {
  const { finders, asked } = await machines(['a'])
  expect(await finders[0]?.find('gone.mp4')).toMatchObject({ place: 'nowhere', isAlone: true })
  expect(asked()).toBe(0)
})
