// Keeps a rehearsal's actions from the world: node types that act as they do, up to the door, where what would have gone out is
// written down. Agents answer from a recording or not at all, unless they are asked for real; speech takes its time, unheard.
import type { AgentPort, Clock, SpeechPort, SpeechRequest } from '../../nodes/contract/capabilities.ts'
import type { ActionNode, Need, NodeDefinition } from '../../nodes/contract/define.ts'
import type { Captured } from '../../nodes/contract/rehearsal.ts'
import { BugError, FatalError } from '../../nodes/contract/errors.ts'
import type { PerformDeps } from '../actions/index.ts'
import type { RecordedReply } from './records.ts'

/** What a node may have without reaching anybody: each of these has a double below, or reads only. */
const harmless: ReadonlySet<Need> = new Set(['clock', 'pictures', 'agents', 'speech', 'events'])

export interface KeptBackDeps {
  clock: Pick<Clock, 'nowMs'>
  /** Real agents, when they are to be asked. */
  agents: AgentPort | undefined
  /** What agents answered in an earlier run, in its order. */
  replies: readonly RecordedReply[]
}

export interface KeptBack {
  /** The same types; those that reach others are kept from it. */
  nodes: ReadonlyMap<string, NodeDefinition>
  agents(node: string): AgentPort
  speech(node: string): SpeechPort
  replies: RecordedReply[]
}

/** What an action of `node` is lent in place of the world. */
export function lentBack(
  kept: KeptBack,
  node: string,
  deps: Pick<PerformDeps, 'clock' | 'log'> & { pictures?: PerformDeps['pictures'] },
): PerformDeps {
  const { pictures = { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' }, ...rest } = deps
  return {
    ...rest,
    nodes: kept.nodes,
    http: { request: notHere },
    connections: { get: notHere, sign: notHere },
    pictures,
    acknowledgeUrl: () => '',
    absoluteUrl: (path) => path,
    clients: {
      agents: kept.agents(node),
      speech: kept.speech(node),
      mail: { send: notHere },
      mqtt: { publish: notHere },
      push: { send: notHere },
      nodeRed: { hand: notHere },
      // Nobody sees it: what it takes to make one is spared.
      clips: { make: async () => ({ url: '', contentType: 'video/mp4', durationS: 0 }) },
      events: { isAcknowledged: async () => false, told: async () => ({ receipts: [], isUnderWay: false }) },
    },
  }
}

const notHere = (): never => {
  throw new BugError('A rehearsal reaches nobody.')
}

type Note = (node: string, captured: Captured & { answer?: string }) => void

/** `note` is told of everything that would have left. */
export function keepBack(types: ReadonlyMap<string, NodeDefinition>, deps: KeptBackDeps, note: Note): KeptBack {
  const replies: RecordedReply[] = []
  const waiting = [...deps.replies]
  const free = new Map<string, number>()
  const answerTo = async (
    node: string,
    connection: string,
    ...rest: Parameters<AgentPort['ask']> extends [string, ...infer Rest] ? Rest : never
  ): Promise<Awaited<ReturnType<AgentPort['ask']>>> => {
    const [{ question }] = rest
    if (deps.agents) return await deps.agents.ask(connection, ...rest)
    const index = waiting.findIndex((reply) => reply.node === node && reply.question === question)
    const [reply] = index < 0 ? [] : waiting.splice(index, 1)
    if (!reply) throw new NotAskedError()
    return { text: reply.answer }
  }
  return {
    nodes: new Map(
      [...types].map(([type, definition]) => [
        type,
        definition.role === 'action' ? rehearsed(definition, note) : definition,
      ]),
    ),
    replies,
    agents: (node) => ({
      ask: async (connection, question, signal) => {
        const captured = { channel: 'agent', to: connection, text: question.shown ?? question.question }
        try {
          const answer = await answerTo(node, connection, question, signal)
          replies.push({ node, question: question.question, answer: answer.text })
          note(node, { ...captured, answer: answer.text })
          return answer
        } catch (error) {
          if (error instanceof NotAskedError) note(node, captured)
          throw error
        }
      },
    }),
    speech: (node) => ({
      speak: async (connection, request) => {
        const durationS = spokenS(request.text)
        const startsAtMs = Math.max(deps.clock.nowMs(), free.get(request.queue) ?? 0)
        if (startsAtMs > request.latestStartMs) throw tooLateToSpeak(request, startsAtMs)
        free.set(request.queue, startsAtMs + durationS * 1000)
        note(node, { channel: 'voice', to: connection, text: request.text })
        return { url: '', durationS, startsAtMs }
      },
    }),
  }
}

class NotAskedError extends FatalError {
  constructor() {
    super('REHEARSAL_NOT_ASKED', 'Not asked: a rehearsal asks an agent only when it is told to.')
  }
}

function tooLateToSpeak({ latestStartMs }: SpeechRequest, startsAtMs: number): FatalError {
  const lateS = Math.round((startsAtMs - latestStartMs) / 100) / 10
  return new FatalError('SPEECH_STALE', `It could only have begun ${lateS} s too late.`)
}

/** As long as an unhurried voice takes: about 14 letters a second, or 4 of those that are words by themselves. */
function spokenS(text: string): number {
  const wide = [...text].filter((letter) => /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(letter)).length
  return Math.max(0.6, Math.round(((text.length - wide) / 14 + wide / 4) * 10) / 10)
}

/** The type with another `perform`, so that all around it stays what it is: phases, ports, tries. */
function rehearsed(definition: ActionNode, note: Note): ActionNode {
  const perform = definition.needs.every((need) => harmless.has(need)) ? asking(definition) : captured(definition, note)
  return { ...definition, perform }
}

/** Nothing comes of a question that nobody was asked. */
function asking(definition: ActionNode): ActionNode['perform'] {
  return async (message, ctx) => {
    try {
      return await definition.perform(message, ctx)
    } catch (error) {
      if (error instanceof NotAskedError) return { outputs: {}, summary: error.message }
      throw error
    }
  }
}

function captured({ receiver, rehearse, title }: ActionNode, note: Note): ActionNode['perform'] {
  return async (message, ctx) => {
    if (!rehearse) {
      const to = receiver?.(ctx.config as never, ctx.phase) ?? ''
      note(ctx.node.id, { channel: title, to, text: message.text })
      return { outputs: {}, summary: 'Kept back: a rehearsal sends nothing.' }
    }
    const { captured: sent, ...result } = rehearse(message, ctx as never)
    if (sent) note(ctx.node.id, sent)
    return result
  }
}
