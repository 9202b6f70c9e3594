// Where pictures come from: a clip, a camera in the network, a device, or the viewer's own browser.
// It only says what to open. Reconnecting, and when silence or a frozen picture counts as a loss, is the engine's business.
import { z } from 'zod'
import { plainAddress } from '../contract/addresses.ts'
import { CameraTagSchema, findCameras } from '../contract/cameras.ts'
import { cameraAspects } from '../contract/capabilities.ts'
import { defineSource, port, type CheckContext } from '../contract/define.ts'
import type { Problem } from '../contract/errors.ts'
import { keepFields, keepLimits } from '../contract/recording.ts'
import { filledInWords, isFilledIn } from '../contract/template.ts'

const config = z.object({
  kind: z
    .enum(['file', 'camera', 'rtsp', 'url', 'device', 'browser'])
    .default('file')
    .meta({
      label: 'Kind',
      widget: 'segments',
      options: [
        { value: 'file', label: 'Clip', help: 'An uploaded video, played at its own speed' },
        { value: 'camera', label: 'My cameras', help: 'One or several of those under Cameras; each runs on its own' },
        { value: 'rtsp', label: 'IP camera', help: 'RTSP, as most network cameras and recorders speak it' },
        { value: 'url', label: 'Web address', help: 'MJPEG over HTTP, HLS, RTMP, SRT, or a video on a web server' },
        { value: 'device', label: 'USB camera', help: 'Plugged into the machine Heed runs on' },
        {
          value: 'browser',
          label: 'This browser',
          help: 'Your webcam, screen or a window, as long as the page is open',
        },
      ],
    }),
  cameras: z
    .array(z.string().max(64))
    .max(200)
    .optional()
    .meta({
      label: 'Cameras',
      widget: 'cameras',
      showIf: { field: 'kind', is: ['camera'] },
      help: 'Each chosen camera is watched on its own, by the same cards',
    }),
  tag: z
    .union([z.literal(''), CameraTagSchema])
    .optional()
    .meta({
      label: 'All with the tag',
      widget: 'text',
      showIf: { field: 'kind', is: ['camera'] },
      placeholder: 'garden',
      help: 'A camera that gets this tag later joins with the next Deploy',
    }),
  path: z
    .string()
    .max(1000)
    .optional()
    .meta({
      label: 'Clip',
      widget: 'media',
      showIf: { field: 'kind', is: ['file'] },
      help: 'Upload a video, or choose one that is there already',
    }),
  loop: z
    .boolean()
    .default(false)
    .meta({
      label: 'Play again and again',
      widget: 'toggle',
      showIf: { field: 'kind', is: ['file'] },
      help: 'Off: the stream is finished when the clip ends',
    }),
  url: z
    .string()
    .max(2000)
    .optional()
    .meta({
      label: 'Address',
      widget: 'url',
      showIf: { field: 'kind', is: ['rtsp', 'url'] },
      placeholder: 'rtsp://user:password@10.0.0.7:554/stream2',
      help: "User name and password are stored apart and never shown again. The camera's smaller second stream is enough and saves a lot of work",
    }),
  transport: z
    .enum(['tcp', 'udp'])
    .default('tcp')
    .meta({
      label: 'Transport',
      widget: 'segments',
      showIf: { field: 'kind', is: ['rtsp'] },
      advanced: true,
      options: [
        { value: 'tcp', label: 'TCP', help: 'Loses nothing' },
        { value: 'udp', label: 'UDP', help: 'Only for cameras that cannot do TCP' },
      ],
    }),
  device: z
    .string()
    .max(40)
    .default('/dev/video0')
    .meta({
      label: 'Device',
      widget: 'text',
      showIf: { field: 'kind', is: ['device'] },
      placeholder: '/dev/video0',
    }),
  aspect: z
    .enum(cameraAspects)
    .optional()
    .meta({
      label: 'Shape',
      widget: 'select',
      advanced: true,
      options: [
        { value: 'camera', label: 'As the camera says' },
        { value: '16:9', label: '16:9, wide' },
        { value: '4:3', label: '4:3' },
        { value: '1:1', label: '1:1, square' },
        { value: '3:4', label: '3:4, upright' },
        { value: '9:16', label: '9:16, upright' },
      ],
      help: 'For a camera whose picture comes stretched or squeezed',
    }),
  lostAfterS: z.number().min(1).max(3600).default(5).meta({
    label: 'Lost after',
    widget: 'number',
    unit: 's',
    advanced: true,
    help: 'A loss that lasts longer is reported; a shorter one is only bridged',
  }),
  frozenAfterS: z.number().min(5).max(86_400).default(30).meta({
    label: 'Frozen after',
    widget: 'number',
    unit: 's',
    advanced: true,
    help: 'The very same picture for this long counts as a loss too',
  }),
  ...keepFields,
})
type Config = z.output<typeof config>
type FieldProblem = Omit<Problem, 'node'>

const schemes: Record<'rtsp' | 'url', readonly string[]> = {
  rtsp: ['rtsp:', 'rtsps:'],
  url: ['http:', 'https:', 'rtmp:', 'rtmps:', 'rtsp:', 'rtsps:', 'srt:'],
}

function problem(field: string, code: string, message: string): FieldProblem {
  return { port: null, field, code, message, severity: 'error' }
}

function checkAddress(kind: 'rtsp' | 'url', address: string | undefined): FieldProblem[] {
  const text = plainAddress(address ?? '')
  if (text === '') return [problem('url', 'CAMERA_URL_MISSING', "Type the camera's address.")]
  if (isFilledIn(text)) return [problem('url', 'CAMERA_URL_INVALID', filledInWords)]
  if (!URL.canParse(text))
    return [
      problem('url', 'CAMERA_URL_INVALID', 'This is not a complete address. It looks like rtsp://10.0.0.7:554/stream.'),
    ]
  const { protocol, hostname } = new URL(text)
  if (!schemes[kind].includes(protocol)) {
    const wanted = schemes[kind].map((scheme) => `${scheme}//`).join(', ')
    return [
      problem(
        'url',
        'CAMERA_URL_INVALID',
        `The address starts with "${protocol}//", but here it must be one of ${wanted}.`,
      ),
    ]
  }
  return hostname === ''
    ? [problem('url', 'CAMERA_URL_INVALID', 'The address names no host. Put the camera\'s address after "//".')]
    : []
}

function checkNamed({ cameras = [], tag = '' }: Config, known: CheckContext['cameras']): FieldProblem[] {
  if (cameras.length === 0 && tag === '')
    return [problem('cameras', 'CAMERA_NOT_CHOSEN', 'Choose a camera, or write the tag that several have.')]
  if (known === undefined) return []
  const { found, missing } = findCameras(known, { names: cameras, tag })
  const gone = missing.map((name) =>
    problem(
      'cameras',
      'CAMERA_MISSING',
      `There is no camera called “${name}” here. Add it under Cameras, or choose another one.`,
    ),
  )
  if (gone.length > 0 || found.length > 0) return gone
  return [problem('tag', 'CAMERA_TAG_EMPTY', `No camera has the tag “${tag}” yet. Give it to one under Cameras.`)]
}

function check(config: Config, { cameras }: CheckContext): FieldProblem[] {
  const { kind, path, url, device } = config
  switch (kind) {
    case 'camera':
      return checkNamed(config, cameras)
    case 'file':
      return path?.trim() ? [] : [problem('path', 'CAMERA_PATH_MISSING', 'Choose a clip, or upload one.')]
    case 'rtsp':
    case 'url':
      return checkAddress(kind, url)
    case 'device':
      return /^\/dev\/video\d{1,3}$/.test(device)
        ? []
        : [problem('device', 'CAMERA_DEVICE_INVALID', 'A device looks like /dev/video0.')]
    case 'browser':
      return []
  }
}

export default defineSource({
  type: 'camera-source',
  version: 1,
  title: 'Camera',
  icon: 'camera',
  group: 'video',
  also: 'video, rtsp, webcam, stream, picture, clip, file, cctv, ip camera, onvif, 摄像头, 相机, 视频',
  does: ['capture'],
  help: [
    'Gives one picture a second from a clip, a camera in the network, a USB camera or this browser.',
    'A camera that goes away is opened again, with growing pauses, for as long as the flow runs.',
    'Example: an IP camera at rtsp://user:password@10.0.0.7:554/stream2.',
  ].join('\n'),
  ports: { in: {}, out: { frames: port('frames', { help: 'One picture a second, the newest' }) } },
  config,
  card: '{{kind}} {{path}}{{url}}{{cameras}} {{tag}}',
  needs: ['media', 'clock'],
  check,
  taps: (values) => (keepLimits(values) ? { keep: true } : {}),
  // A stream does not begin again because another camera joins it.
  pointsTo: ({ tag, cameras: names = [], ...config }, known) =>
    config.kind === 'camera'
      ? findCameras(known, { names, tag }).found.map((camera) => ({
          camera,
          config: { ...config, cameras: [camera.name] },
        }))
      : undefined,
  open: ({
    config: { kind, cameras, path, loop, url, transport, device, aspect },
    media,
    taps,
    signal,
    onFast,
    startAtS,
  }) =>
    media.open(
      {
        kind,
        loop,
        transport,
        device,
        ...(aspect ? { aspect } : {}),
        ...(kind === 'camera' && cameras?.[0] ? { camera: cameras[0] } : {}),
        ...(path ? { path: path.trim() } : {}),
        ...(url ? { url: url.trim() } : {}),
        ...(startAtS ? { startAtS } : {}),
      },
      taps,
      { signal, ...(onFast ? { onFast } : {}) },
    ),
})
