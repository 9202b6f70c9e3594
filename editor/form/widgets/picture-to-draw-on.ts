// Where the picture to draw on comes from: the camera in front of the card, else this browser's own camera where the card's camera
// is a browser. What stands before the card is burned in; nothing is opened before somebody asks, and nothing taken here is sent.
import type { PictureFilter } from '../../../nodes/contract/frames.ts'
import { api } from '../../api.ts'
import { takeStill } from '../../canvas/share-camera.ts'
import { pictureBefore } from '../../graph/picture-area.ts'
import { streamIdOf } from '../../graph/cameras-of-node.ts'
import { useLive } from '../../live.ts'
import { useSignIn } from '../../sign-in.ts'
import { currentFlow } from '../../store.ts'
import { say } from '../../words/say.ts'

export interface Ground {
  /** The address or data of a picture; null for an empty one with a grid. */
  source: string | null
  /** What has to be known about it. */
  words: string | null
  /** The same picture with `more` burned in: what is left of it. */
  burn: ((more: PictureFilter) => Promise<string>) | null
}

interface Owner {
  flow: string
  node: string
}

export const emptyGround: Ground = {
  source: null,
  burn: null,
  words: say(
    'There is no picture yet. This grid stands for it, ten parts wide and ten high. Take a picture later, to see whether it covers what you mean.',
  ),
}

/** Throws an Error in words for the person who asked. */
export async function takePicture(owner: Owner | undefined): Promise<Ground> {
  const flow = currentFlow()
  const before = owner && flow ? pictureBefore(flow, owner.node, useSignIn.getState().types) : null
  if (!owner || !before) throw new Error(say('No camera is wired into this card yet. Wire one, then take the picture.'))
  const { camera, filters } = before
  const isBrowser = camera.config['kind'] === 'browser'
  const ask = async (all: readonly PictureFilter[]): Promise<string> => {
    const report = await api.testCamera(camera.config, { flow: owner.flow, node: camera.id }, all)
    if (!report.ok) throw new Error(report.message)
    return report.snapshot
  }
  const fromCamera = async (): Promise<Ground> => ({
    source: await ask(filters),
    words: null,
    burn: (more) => ask([...filters, more]),
  })
  if (!isBrowser) return await fromCamera()
  if (isWatched(owner.flow, camera.id)) {
    const found = await fromCamera().catch(() => null)
    if (found) return found
  }
  return await fromThisBrowser(filters)
}

function isWatched(flow: string, camera: string): boolean {
  const state = useLive.getState().status[flow]?.streams.find((stream) => stream.id === streamIdOf(flow, camera))?.state
  return state === 'running' || state === 'degraded' || state === 'starting'
}

async function fromThisBrowser(filters: readonly PictureFilter[]): Promise<Ground> {
  const still = await takeStill()
  return {
    source: burnInto(still, filters).toDataURL('image/jpeg', 0.85),
    words: say(
      'This is the camera of this browser, because nobody shares one with the flow just now. If another one is meant, share that one first and take a new picture.',
    ),
    burn: async (more) => burnInto(still, [...filters, more]).toDataURL('image/jpeg', 0.85),
  }
}

/** What the decoder does to every picture, for one that never leaves this page. */
function burnInto(still: HTMLCanvasElement, filters: readonly PictureFilter[]): HTMLCanvasElement {
  return filters.reduce((from, filter) => {
    const { x, y, width, height } = filter.do === 'crop' ? filter.rectangle : { x: 0, y: 0, width: 1, height: 1 }
    const to = document.createElement('canvas')
    to.width = Math.max(1, Math.round(from.width * width))
    to.height = Math.max(1, Math.round(from.height * height))
    const pen = to.getContext('2d')
    pen?.drawImage(from, -Math.round(from.width * x), -Math.round(from.height * y))
    for (const corners of filter.do === 'mask' ? filter.polygons : []) {
      pen?.beginPath()
      for (const corner of corners) pen?.lineTo(corner.x * to.width, corner.y * to.height)
      pen?.fill()
    }
    return to
  }, still)
}
