// What a template would lack on this Heed now: looked at before anybody chooses it. Pure; starts nothing and asks nobody.
import { wordsOfAbility, type Ability, type ConnectionInfo } from '../../nodes/contract/connections.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { isShown, readFields } from '../compile/index.ts'
import type { FieldMeta } from '../../nodes/contract/widgets.ts'
import type { Ask, Language, Template, Words } from './template.ts'

/** What is here now. */
export interface Here {
  nodes: ReadonlyMap<string, NodeDefinition>
  connections: readonly ConnectionInfo[]
  /** Whether clips and cameras can be opened at all. */
  hasVideo: boolean
}

export interface Lack {
  what: 'connection' | 'node' | 'video'
  /** What a connection would have to be able to; null where none is missing. */
  ability: Ability | null
  words: Words
}

/** How the built-in voice is named among the ways to speak. It knows English only. */
const builtInVoice = 'built-in'

const video: Lack = {
  what: 'video',
  ability: null,
  words: {
    en: 'The program ffmpeg, which opens clips and cameras, is not on this machine.',
    zh: '本机没有 ffmpeg，无法打开视频和摄像头。',
  },
}

/** In words for somebody who has never heard of a kind. */
const namesOfNeeds: Partial<Record<Ability, Words>> = {
  watch: {
    en: 'A vision model that understands sentences: connect vLLM-Omni, a JoyAI server or a vision server.',
    zh: '需要能理解文字指令的视觉模型：请连接 vLLM-Omni、JoyAI 服务或视觉服务。',
  },
  answer: {
    en: 'An agent to ask: connect a chat server, a JoyAI background agent, an A2A agent or a command.',
    zh: '需要一个可以提问的智能体：请连接对话服务、JoyAI 后台智能体、A2A 智能体或命令行程序。',
  },
  speak: {
    en: 'A voice for this language: connect a speech server. The built-in voice speaks English only.',
    zh: '需要会说中文的语音服务；内置语音只会英语。',
  },
}

function lackOfConnection(ability: Ability): Lack {
  const words = namesOfNeeds[ability] ?? {
    en: `A connection that ${wordsOfAbility(ability)}.`,
    zh: `需要一个连接（${wordsOfAbility(ability)}）。`,
  }
  return { what: 'connection', ability, words }
}

/** Every lack once, in the order of the cards. */
export function lacksOf(template: Template, here: Here, language: Language): Lack[] {
  const lacks = template.flow.nodes.flatMap((node) => lacksOfNode(template, node, here, language))
  const all = here.hasVideo ? lacks : [video, ...lacks]
  return all.filter((lack, at) => all.findIndex(({ words }) => words.en === lack.words.en) === at)
}

function lacksOfNode(template: Template, node: FlowNode, here: Here, language: Language): Lack[] {
  const definition = here.nodes.get(node.type)
  if (!definition)
    return [
      {
        what: 'node',
        ability: null,
        words: {
          en: `This Heed does not know the card "${node.type}".`,
          zh: `这里没有名为“${node.type}”的节点。`,
        },
      },
    ]
  return readFields(definition).connections.flatMap(({ field, meta }) => {
    if (!isNeeded(node, field, meta, definition)) return []
    const ask = template.asks.find((each) => each.node === node.id && each.field === field)
    if (meta.can === undefined) return []
    const name = node.config[field]
    const isThere = here.connections.some(
      (connection) => fits(connection, meta.can, ask, language) && (ask !== undefined || connection.name === name),
    )
    return isThere ? [] : [lackOfConnection(meta.can)]
  })
}

/** A field that the form does not show, or that may stay empty, needs nothing. */
function isNeeded(node: FlowNode, field: string, meta: FieldMeta, definition: NodeDefinition): boolean {
  const read = definition.config.safeParse(node.config)
  const config = { ...node.config, ...(read.success ? (read.data as Record<string, unknown>) : {}) }
  if (!isShown(meta, config)) return false
  if (config[field] !== '' && config[field] !== undefined) return true
  const complaints = read.success ? (definition.check?.(read.data, { connection: () => undefined }) ?? []) : []
  return complaints.some((each) => each.severity === 'error' && each.field === field)
}

/** Whether a connection can do what a field wants, with all that it needs; the built-in voice gives silence for Chinese. */
function fits(
  { can, lacks }: ConnectionInfo,
  ability: Ability | undefined,
  ask: Ask | undefined,
  language: Language,
): boolean {
  if (ability === undefined || can[ability] === undefined || lacks !== undefined) return false
  if (ask?.understands === 'sentences' && can.instruct === undefined) return false
  return !(ability === 'speak' && language === 'zh' && can.speak === builtInVoice)
}

/** The connection a question is best answered with here: the one the template names, else the first that fits. */
export function fittingConnections(template: Template, ask: Ask, here: Here, language: Language): string[] {
  const node = template.flow.nodes.find(({ id }) => id === ask.node)
  const definition = node && here.nodes.get(node.type)
  if (!node || !definition) return []
  const { can } = readFields(definition).meta(ask.field)
  const names = here.connections.filter((connection) => fits(connection, can, ask, language)).map(({ name }) => name)
  const named = node.config[ask.field]
  return [...names].sort((a, b) => Number(b === named) - Number(a === named))
}
