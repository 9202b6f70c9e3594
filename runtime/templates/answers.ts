// From a template and a person's answers to a flow. Pure: what was not asked cannot be set, and what is not answered stays open.
import { z } from 'zod'
import { BadRequestError, type Problem } from '../../nodes/contract/errors.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { flowOf, splitPlace, type Ask, type Language, type Template } from './template.ts'

/** An answer: a text, a number, a list; for a camera or a receiver also several settings at once, for a zone its four sides. */
export const AnswersSchema = z.record(
  z.string().max(130),
  z.union([
    z.string().max(8000),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(z.string().max(400)).max(50),
    z.record(z.string().max(64), z.union([z.string().max(4000), z.number(), z.boolean(), z.null()])),
  ]),
)
export type Answers = z.infer<typeof AnswersSchema>
type Answer = Answers[string]

/** What a camera, a receiver or hours may be told with beside the field that is asked for. */
const together: Partial<Record<Ask['kind'], readonly string[]>> = {
  camera: ['kind', 'path', 'url', 'loop', 'device', 'transport'],
  receiver: ['channel', 'connection', 'to', 'url'],
  time: ['hours', 'timeZone'],
}

/** How a flow remembers where it came from; `base` is what it was before anybody touched it, for taking over a newer one. */
export const LineageSchema = z.looseObject({
  id: z.string(),
  version: z.number().int(),
  language: z.enum(['en', 'zh']).catch('en'),
  base: z.looseObject({
    nodes: z.array(z.looseObject({ id: z.string(), type: z.string(), config: z.record(z.string(), z.unknown()) })),
    wires: z.array(z.looseObject({ from: z.looseObject({}), to: z.looseObject({}) })),
    tests: z.array(z.unknown()).optional(),
  }),
})
export type Lineage = z.infer<typeof LineageSchema>

/** What the document of a flow says about its template; undefined where it came from none, or says it wrongly. */
export function lineageOf(document: Flow): Lineage | undefined {
  const read = LineageSchema.safeParse(document.template)
  return read.success ? read.data : undefined
}

export function lineage(template: Template, language: Language): Record<string, unknown> {
  const { nodes, wires, tests } = flowOf(template, language)
  return {
    id: template.id,
    version: template.version,
    language,
    base: {
      nodes: nodes.map(({ id, type, version, config }) => ({ id, type, version, config })),
      wires,
      ...(tests === undefined ? {} : { tests }),
    },
  }
}

/** The flow to store. Throws BadRequestError GALLERY_ANSWER_WRONG with every answer that does not fit. */
export function answerTemplate(
  template: Template,
  answers: Answers,
  language: Language,
  types: ReadonlyMap<string, NodeDefinition>,
): Flow {
  const flow = flowOf(template, language)
  const problems: Problem[] = []
  for (const [place, answer] of Object.entries(answers)) {
    const { node, field } = splitPlace(place)
    const found = flow.nodes.find(({ id }) => id === node)
    const ask = found && askFor(template, node, field)
    const trouble = !ask
      ? `This template does not ask for "${place}".`
      : answer === null
        ? undefined
        : take(found, ask, field, answer, types)
    if (trouble !== undefined)
      problems.push({
        node: found ? node : null,
        port: null,
        field: field === '' ? null : field,
        code: 'GALLERY_ANSWER_WRONG',
        message: trouble,
        severity: 'error',
      })
  }
  if (problems.length > 0)
    throw new BadRequestError('GALLERY_ANSWER_WRONG', problems[0]?.message ?? '', { details: { problems } })
  return { ...flow, template: lineage(template, language) }
}

/** The question that this place answers. */
function askFor(template: Template, node: string, field: string): Ask | undefined {
  const asked = template.asks.filter((ask) => ask.node === node)
  return asked.find((ask) => ask.field === field) ?? asked.find(({ kind }) => together[kind]?.includes(field))
}

/** Writes one answer into its node, or says what is wrong with it. */
function take(
  node: FlowNode,
  ask: Ask,
  field: string,
  answer: Exclude<Answer, null>,
  types: ReadonlyMap<string, NodeDefinition>,
): string | undefined {
  if (typeof answer === 'object' && !Array.isArray(answer)) return takeSettings(node, ask, answer)
  if (ask.kind === 'camera' && field === ask.field && typeof answer === 'string') return takeCamera(node, answer)
  if (ask.kind === 'receiver' && field === ask.field && typeof answer === 'string')
    return takeReceiver(node, field, answer, types.get(node.type))
  if (ask.kind === 'zone') return `"${ask.label.en}" takes an area, not "${String(answer)}".`
  if (ask.kind === 'choice' && !(ask.options ?? []).some(({ value }) => String(value) === String(answer)))
    return `"${String(answer)}" is none of the answers to "${ask.label.en}".`
  node.config[field] = inFormOf(node.config[field] ?? ask.default, answer)
  return undefined
}

const side = z.number().min(0).max(1)
/** A part of the picture, as it is drawn on one. */
const ZoneSchema = z
  .strictObject({ x: side, y: side, width: side.min(0.02), height: side.min(0.02) })
  .refine(({ x, width }) => x + width <= 1.0001)
  .refine(({ y, height }) => y + height <= 1.0001)

function takeSettings(node: FlowNode, ask: Ask, settings: Record<string, unknown>): string | undefined {
  if (ask.kind === 'zone') {
    const zone = ZoneSchema.safeParse(settings)
    if (!zone.success) return `"${ask.label.en}" takes x, y, width and height in parts of the picture, inside it.`
    node.config[ask.field] = zone.data
    return undefined
  }
  const known = together[ask.kind]
  if (!known) return `"${ask.label.en}" takes one value, not several settings.`
  const stranger = Object.keys(settings).find((name) => !known.includes(name))
  if (stranger !== undefined) return `"${ask.label.en}" has no setting "${stranger}"; it has ${known.join(', ')}.`
  Object.assign(node.config, Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)))
  return undefined
}

/** A clip's name, an address, a device or the word "browser": what it is says which kind of camera. */
function takeCamera(node: FlowNode, text: string): undefined {
  const camera = text.trim()
  const kind =
    camera === 'browser'
      ? 'browser'
      : /^rtsps?:/i.test(camera)
        ? 'rtsp'
        : /^[a-z][a-z0-9+.-]*:\/\//i.test(camera)
          ? 'url'
          : camera.startsWith('/dev/')
            ? 'device'
            : 'file'
  const { path: _path, url: _url, ...others } = node.config
  node.config = {
    ...others,
    kind,
    ...(kind === 'file' ? { path: camera } : {}),
    ...(kind === 'rtsp' || kind === 'url' ? { url: camera } : {}),
    ...(kind === 'device' ? { device: camera } : {}),
  }
}

/** A channel by its name, the address of a webhook, or whom the template's own channel is to tell. */
function takeReceiver(node: FlowNode, field: string, text: string, type: NodeDefinition | undefined): undefined {
  const to = text.trim()
  if (isChannel(node, to, type)) node.config.channel = to
  else if (/^https?:\/\//i.test(to)) Object.assign(node.config, { channel: 'webhook', url: to })
  else node.config[field === 'channel' ? 'to' : field] = to
}

/** The node's own settings know which there are. */
function isChannel({ config }: FlowNode, word: string, type: NodeDefinition | undefined): boolean {
  const read = type?.config.safeParse({ ...config, channel: word })
  return read !== undefined && (read.error?.issues ?? []).every(({ path }) => path[0] !== 'channel')
}

/** The answer as the field holds its values: "3" where a number stands, "a, b" where a list does. */
function inFormOf(before: unknown, answer: Exclude<Answer, null>): unknown {
  if (
    typeof before === 'number' &&
    typeof answer === 'string' &&
    answer.trim() !== '' &&
    Number.isFinite(Number(answer))
  )
    return Number(answer)
  if (Array.isArray(before) && typeof answer === 'string')
    return answer
      .split(/[,;，；、]/)
      .map((each) => each.trim())
      .filter((each) => each !== '')
  return answer
}
