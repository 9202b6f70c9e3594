// Falls, and people coming and going, on the labelled clips: the built-in model in its own process, pictures through the
// product's filters, only the waiting left out. Prints a table.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ModelSession, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/capabilities/clock.ts'
import { createEdge, type Edge } from '../../runtime/capabilities/edge/index.ts'
import { edgeTaps, readClipFrames } from '../support/clip-frames.ts'
import { clipsFolder, describeWithClips, readClips, type ClipLabel } from '../support/clips.ts'

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined }
const never = new AbortController().signal

interface Said { atS: number; text: string }

/**
 * Feeds a session second by second, with a tick after each as the engine does, and its end. Ticks again where this machine
 * was too busy to look at all pictures of that second, for a camera would not have sent the next ones yet.
 */
async function watch(session: ModelSession, frames: Frame[], fast: FastFrame[]): Promise<Said[]> {
  const said: ModelVerdict[] = []
  let next = 0
  let looked = 0
  for (const frame of frames) {
    while (next < fast.length && fast[next]!.mediaTimeS <= frame.mediaTimeS) session.feed?.(fast[next++]!)
    do {
      const verdict = await session.tick({ picture: frame.picture, kind: 'I', mediaTimeS: frame.mediaTimeS, tick: frame.seq + 1, instruction: '', persona: 'default', seconds: 1 }, never)
      said.push(verdict)
      looked += verdict.data?.['pictures'] as number
      expect(verdict.data?.['dropped']).toBe(0)
    } while (looked < next)
  }
  while (next < fast.length) session.feed?.(fast[next++]!)
  said.push(...await session.finish?.() ?? [])
  await session.close()
  return said.filter((verdict) => verdict.action === 'response').map((verdict) => ({ atS: verdict.mediaTimeS ?? NaN, text: verdict.text }))
}

const isShortRoom = ({ kind, duration_s }: ClipLabel): boolean => (kind === 'fall' || kind === 'nofall') && duration_s < 30

interface Watched { clip: ClipLabel; said: Said[] }

describeWithClips('the edge model on real clips', () => {
  let edge: Edge
  beforeAll(() => { edge = createEdge({ log: silentLog, clock: systemClock }) })
  afterAll(() => edge.stop())

  async function watchClip(clip: ClipLabel, config: Record<string, unknown>, before?: string): Promise<Watched> {
    const { frames, fast } = await readClipFrames(join(clipsFolder, clip.file), { taps: edgeTaps, ...(before ? { before } : {}) })
    const session = await edge.open({ connection: 'edge', streamKey: clip.file, config, timeoutMs: 5000 })
    return { clip, said: await watch(session, frames, fast) }
  }

  async function watchAll(mode: string, isWanted: (clip: ClipLabel) => boolean, before?: string): Promise<Watched[]> {
    const all: Watched[] = []
    for (const clip of readClips().filter(isWanted)) all.push(await watchClip(clip, { watchFor: ['fall'], mode }, before))
    return all
  }

  function judge(watched: Watched[], title: string): { found: number; falls: number; false: string[] } {
    const wrong: string[] = []
    let found = 0
    let falls = 0
    for (const { clip, said } of watched) {
      const labelled = clip.events.filter((event) => event.type === 'fall')
      const isRight = (atS: number): boolean => labelled.some((fall) => atS >= fall.start_s && atS <= fall.end_s + 2)
      const hits = labelled.filter((fall) => said.some(({ atS }) => atS >= fall.start_s && atS <= fall.end_s + 2))
      found += hits.length
      falls += labelled.length
      if (clip.kind !== 'ambiguous') wrong.push(...said.filter(({ atS }) => !isRight(atS)).map(({ atS }) => `${clip.file} at ${atS.toFixed(1)} s`))
      const times = said.map(({ atS }) => `${atS.toFixed(2)} s`).join(', ') || 'silent'
      const labels = labelled.map((fall) => `fall ${fall.start_s} to ${fall.end_s} s`).join(', ') || clip.kind
      process.stdout.write(`${title.padEnd(22)} ${clip.file.padEnd(40)} ${labels.padEnd(22)} ${times}\n`)
    }
    return { found, falls, false: wrong }
  }

  it('finds six of seven falls within two seconds and raises no false alarm anywhere, when sensitive', async () => {
    const judged = judge(await watchAll('sensitive', () => true), 'sensitive')
    expect(judged.falls).toBe(7)
    expect(judged.found).toBeGreaterThanOrEqual(6)
    expect(judged.false).toEqual([])
  }, 120_000)

  it('finds five of seven and raises no false alarm, when balanced', async () => {
    const judged = judge(await watchAll('balanced', isShortRoom), 'balanced')
    expect(judged.found).toBeGreaterThanOrEqual(5)
    expect(judged.false).toEqual([])
  }, 120_000)

  // Also tried, with the same result: mirrored only, 10 % nearer or farther, 4 degrees askew, brighter, 160 pixels wide, 6 fps,
  // starting 30 or 60 ms later. Strong noise (alls=25) costs two of seven.
  it.each([['mirrored, nearer and darker', 'hflip,crop=iw*0.9:ih*0.9,eq=brightness=-0.2:contrast=0.7']])('does as well on the same scenes %s', async (title, before) => {
    const judged = judge(await watchAll('sensitive', isShortRoom, before), title)
    expect(judged.found).toBeGreaterThanOrEqual(6)
    expect(judged.false).toEqual([])
  }, 120_000)

  it('tells when people come and go', async () => {
    const clip = readClips().find(({ file }) => file === 'nofall_people_come_and_go.mp4')!
    const { said } = await watchClip(clip, { instruction: 'Tell me when someone arrives or leaves.' })
    const labelled = clip.events.filter((event) => event.type.startsWith('person_'))
    expect(said.map(({ text }) => text)).toEqual(labelled.map((event) => event.type === 'person_enters' ? 'A person has come in.' : 'A person has left.'))
    for (const [index, event] of labelled.entries()) {
      expect(said[index]?.atS).toBeGreaterThan(event.start_s)
      expect(said[index]?.atS).toBeLessThan(event.end_s + 2)
    }
  }, 60_000)

  it('notices each car on an empty road as motion', async () => {
    const clip = readClips().find(({ file }) => file === 'traffic_cars_from_above.mp4')!
    const { said } = await watchClip(clip, { watchFor: ['motion'] })
    const starts = [4.3, 15, 25.2]
    expect(said).toHaveLength(starts.length)
    for (const [index, start] of starts.entries()) expect(Math.abs((said[index]?.atS ?? NaN) - start)).toBeLessThan(1.5)
  }, 60_000)
})
