// Blacks out parts of every picture. It is burned in while the picture is decoded, before anything sees, sends or stores it;
// this node only makes sure of that, and ends the stream when a picture comes without.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { PictureFilter, Point } from '../contract/frames.ts'
import { onlyBurnt } from './burnt.ts'

const part = z.number().min(0).max(1)
const config = z.object({
  polygons: z
    .array(
      z
        .array(z.object({ x: part, y: part }))
        .min(3)
        .max(100),
    )
    .max(20)
    .default([])
    .meta({
      label: 'Hidden areas',
      widget: 'polygons',
      help: 'Draw around what nobody may see, or type the corners.',
    }),
})

const filterOf = ({ polygons }: z.output<typeof config>): PictureFilter => ({ do: 'mask', polygons })

export default defineNode({
  type: 'privacy-mask',
  version: 1,
  title: 'Privacy mask',
  icon: 'eye-off',
  group: 'video',
  also: 'hide, black out, blur, cover, area, zone, 隐私, 遮挡, 打码',
  does: ['mask'],
  help: [
    'Blacks out areas of the picture for good: no model, no watcher, no message and no stored picture shows them.',
    "Example: camera, privacy mask, AdaCodec, with an area around the neighbour's window.",
    'It must stand directly behind its camera, with every other wire behind it: one mask holds for all that this camera shows.',
    'A picture that comes without its mask stops the stream.',
  ].join('\n'),
  ports: {
    in: { frames: port('frames', { help: 'Directly from a camera, or from another mask or crop.' }) },
    out: { frames: port('frames', { help: 'The same pictures; the areas are black.' }) },
  },
  config,
  card: 'hides what is drawn',
  needs: [],
  burnsIn: true,
  check: ({ polygons }) => [
    ...(polygons.length > 0
      ? []
      : [
          {
            port: null,
            field: 'polygons',
            code: 'MASK_EMPTY',
            message: 'Draw at least one area to hide, or delete the mask.',
            severity: 'error' as const,
          },
        ]),
    ...polygons.flatMap((polygon, index) =>
      areaOf(polygon) > 1e-6
        ? []
        : [
            {
              port: null,
              field: `polygons.${index}`,
              code: 'MASK_FLAT',
              message: 'This area has no inside: its corners lie on one line. Draw it again.',
              severity: 'error' as const,
            },
          ],
    ),
  ],
  taps: (values) => ({ filters: [filterOf(values)] }),
  state: () => ({}),
  onTick: ({ frames: frame }, { config: values, status }) => {
    if (!frame) return {}
    const passed = onlyBurnt(frame, filterOf(values), 'privacy mask')
    status(values.polygons.length === 1 ? '1 area hidden' : `${values.polygons.length} areas hidden`)
    return { frames: passed }
  },
})

/** What the corners span, whatever their order: a bow tie has an inside too. */
function areaOf(polygon: readonly Point[]): number {
  const [first, ...others] = polygon
  if (!first) return 0
  return Math.max(
    0,
    ...others.flatMap((a) =>
      others.map((b) => Math.abs((a.x - first.x) * (b.y - first.y) - (b.x - first.x) * (a.y - first.y)) / 2),
    ),
  )
}
