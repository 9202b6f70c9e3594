// Cuts every picture down to a part of it, while it is decoded: everything behind it has never seen the rest.
// It only makes sure of that, and ends the stream when a whole picture comes.
import { z } from 'zod'
import { defineNode, port } from '../contract/define.ts'
import type { PictureFilter } from '../contract/frames.ts'
import { onlyBurnt } from './burnt.ts'

const part = z.number().min(0).max(1)
const side = z.number().min(0.02).max(1)
const config = z.object({
  rectangle: z
    .object({ x: part, y: part, width: side, height: side })
    .default({ x: 0, y: 0, width: 1, height: 1 })
    .meta({
      label: 'Kept part',
      widget: 'rectangle',
      help: 'Draw around what is to be left of the picture, or type it.',
    }),
})

const filterOf = ({ rectangle }: z.output<typeof config>): PictureFilter => ({ do: 'crop', rectangle })

export default defineNode({
  type: 'crop',
  version: 1,
  title: 'Crop',
  icon: 'crop',
  group: 'video',
  also: 'cut, zoom, part of the picture, region, detail, area, 裁剪, 区域',
  does: ['crop'],
  help: [
    'Keeps only a part of the picture. The part is seen larger by the model, and nothing of the rest is seen, sent or stored.',
    'Example: camera, crop on the door, AdaCodec: a visitor at the end of a long yard becomes large enough to describe.',
    'It must stand directly behind its camera, or behind a mask there. A mask before it is drawn on the whole picture, one behind it on the part.',
    'To watch the whole picture and a part, place the camera twice.',
  ].join('\n'),
  ports: {
    in: { frames: port('frames', { help: 'Directly from a camera, or from another mask or crop.' }) },
    out: { frames: port('frames', { help: 'The part of each picture.' }) },
  },
  config,
  card: 'a part of the picture',
  needs: [],
  burnsIn: true,
  check: ({ rectangle: { x, y, width, height } }) =>
    x + width <= 1.0001 && y + height <= 1.0001
      ? []
      : [
          {
            port: null,
            field: 'rectangle',
            code: 'CROP_OUTSIDE',
            message: 'This part reaches beyond the picture. Draw it again, inside.',
            severity: 'error',
          },
        ],
  taps: (values) => ({ filters: [filterOf(values)] }),
  state: () => ({}),
  onTick: ({ frames: frame }, { config: values, status }) => {
    if (!frame) return {}
    const passed = onlyBurnt(frame, filterOf(values), 'crop')
    status(`${passed.full.width} × ${passed.full.height} px`)
    return { frames: passed }
  },
})
