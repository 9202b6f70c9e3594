// A flow as a PNG that can be looked at and taken in again: its cards and wires drawn, its document inside. The drawing is
// nodes/contract/draw-flow.ts; here it becomes pixels, on no screen.
import { createRequire } from 'node:module'
import type * as canvasLibrary from '@napi-rs/canvas'
import { BadRequestError, FatalError } from '../../nodes/contract/errors.ts'
import { drawFlow } from '../../nodes/contract/draw-flow.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { DescribedTypes } from '../../nodes/contract/shared-flow.ts'
import { addText } from './png-text.ts'

/** Larger than any screen; what is wider is drawn smaller. */
const mostPixels = 12_000_000
const mostSide = 8000
const scale = 2
/** Cards that lie farther out than this from the others' middle are drawn at its edge: one lost card makes no picture of nothing. */
const farPx = 12_000

const fonts = [
  ['Inter', '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'],
  ['Inter', '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'],
] as const

type Canvas = typeof canvasLibrary
let loading: Promise<Canvas> | undefined

/** Once, and only when somebody wants a picture: it is a large library. */
async function loadCanvas(): Promise<Canvas> {
  loading ??= import('@napi-rs/canvas').then((canvas) => {
    const { resolve } = createRequire(import.meta.url)
    for (const [family, file] of fonts) canvas.GlobalFonts.registerFromPath(resolve(file), family)
    return canvas
  })
  try {
    return await loading
  } catch (error) {
    loading = undefined
    throw new FatalError(
      'FLOW_PICTURE_MISSING',
      'Pictures of flows cannot be drawn on this machine, because its canvas library does not load. Export a file or a link instead.',
      { cause: error, details: { status: 501 } },
    )
  }
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function within(flow: Flow): Flow {
  const [x, y] = [
    middle(flow.nodes.map(({ position }) => position.x)),
    middle(flow.nodes.map(({ position }) => position.y)),
  ]
  const near = (value: number, around: number): number => Math.min(Math.max(value - around, -farPx), farPx)
  const pulled = <T extends { position: { x: number; y: number } }>(thing: T): T => ({
    ...thing,
    position: { x: near(thing.position.x, x), y: near(thing.position.y, y) },
  })
  return {
    ...flow,
    nodes: flow.nodes.map(pulled),
    ...(flow.notes ? { notes: flow.notes.map(pulled) } : {}),
  }
}

/** The picture of a flow that may be given away, with the flow in it. */
export async function drawPicture(flow: Flow, types: DescribedTypes): Promise<Buffer> {
  const { createCanvas, loadImage } = await loadCanvas()
  const { svg, width, height } = drawFlow(within(flow), types)
  const factor = Math.min(scale, mostSide / width, mostSide / height, Math.sqrt(mostPixels / (width * height)))
  const [across, down] = [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))]
  const canvas = createCanvas(across, down)
  canvas.getContext('2d').drawImage(await loadImage(Buffer.from(svg)), 0, 0, across, down)
  const text = JSON.stringify(flow)
  const png = addText(await canvas.encode('png'), text)
  if (png.length <= mostPictureBytes) return png
  throw new BadRequestError('FLOW_PICTURE_TOO_LARGE', 'This flow is too large for a picture. Export it as a file.')
}

/** As much as an import takes. */
export const mostPictureBytes = 12 * 1024 * 1024
