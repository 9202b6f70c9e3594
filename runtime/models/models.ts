// Opens a model conversation the way its connection watches. The only file that knows which ways there are; the built-in model is
// brought along by the composition root.
import type { Clock, HttpPort, Log, ModelPort, ModelConversation } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { abilityWords } from '../../nodes/contract/connections.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { onCurrentConnection, sharedLook } from './current-connection.ts'
import { openJoyaiWebinfer } from './joyai-webinfer.ts'
import { baseUrl } from './model-http.ts'
import type { ModelMemory } from './model-memory.ts'
import { oneInFlight } from './one-in-flight.ts'
import { openOpenai } from './openai.ts'
import { openVllmOmni, type ConversationOptions } from './vllm-omni.ts'

/** An interaction server gives its model 300 s for a picture and then answers that it failed. */
const longestAnswerMs = 310_000
/** Nothing at a plain server keeps what was asked: it is not waited for as long. */
const longestPlainAnswerMs = 120_000

export interface OpenRequest {
  connection: Connection
  streamKey: string
  /** The node's config: instruction, skills, mode. */
  config: Record<string, unknown>
  timeoutMs: number
}
export type Opener = (request: OpenRequest) => Promise<ModelConversation> | ModelConversation

/** The built-in model, as runtime/models/edge offers it. */
export interface EdgePort {
  open(options: {
    connection: string
    streamKey: string
    config: Record<string, unknown>
    timeoutMs: number
  }): Promise<ModelConversation>
  test(timeoutMs: number): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }>
}

export interface ModelDeps {
  connections: { get(name: string): Promise<Connection> }
  http: HttpPort & { isThere?(url: string, signal: AbortSignal): Promise<boolean> }
  clock: Clock
  log: Log
  edge?: EdgePort
  /** More ways, by the name that a kind of connection gives its `watch`. */
  openers?: Record<string, Opener>
}

/** The models of this process. */
export function createModels(deps: ModelDeps): ModelPort {
  const overHttp =
    (open: (options: ConversationOptions) => ModelConversation, longestMs: number): Opener =>
    ({ connection, streamKey, config, timeoutMs }) =>
      oneInFlight(
        open({
          http: deps.http,
          log: deps.log,
          connection,
          streamKey,
          timeoutMs: Math.max(timeoutMs, longestMs),
          restore: config.restore as ModelMemory | undefined,
          isReset: config.isReset === true,
          isNew: config.isNew === true,
        }),
        {
          clock: deps.clock,
          waitMs: timeoutMs,
          ...(deps.http.isThere ? { isThere: (signal) => deps.http.isThere!(baseUrl(connection), signal) } : {}),
        },
      )
  const { edge } = deps
  const openers: Partial<Record<string, Opener>> = {
    ...(edge
      ? { 'built-in': ({ connection, ...rest }: OpenRequest) => edge.open({ connection: connection.name, ...rest }) }
      : {}),
    orchestrator: overHttp(openVllmOmni, longestAnswerMs),
    webinfer: overHttp(openJoyaiWebinfer, longestAnswerMs),
    chat: overHttp(openOpenai, longestPlainAnswerMs),
    ...deps.openers,
  }
  const get = sharedLook((name) => deps.connections.get(name), deps.clock)
  const openOver = async (request: OpenRequest): Promise<ModelConversation> => {
    const {
      connection: { kind, name, can },
    } = request
    const open = can.watch === undefined ? undefined : openers[can.watch]
    if (!open)
      throw new FatalError(
        'MODEL_KIND_UNFIT',
        `The connection "${name}" is of kind "${kind}", which has no interaction model. Choose one that ${abilityWords.watch}.`,
      )
    return await open(request)
  }
  return {
    open: async ({ connection: name, streamKey, config, timeoutMs }) => {
      const connection = await deps.connections.get(name)
      const conversation = await openOver({ connection, streamKey, config, timeoutMs })
      // The built-in one is always there and has nothing that could change.
      if (connection.can.watch === 'built-in') return conversation
      let settings = { config, timeoutMs }
      return onCurrentConnection(conversation, connection, config.restore as ModelMemory | undefined, {
        name,
        get,
        clock: deps.clock,
        onChange: (changed) => {
          settings = changed
        },
        open: (changed, restore, isReset) =>
          openOver({
            connection: changed,
            streamKey,
            config: { ...settings.config, restore, isReset, isNew: false },
            timeoutMs: settings.timeoutMs,
          }),
      })
    },
  }
}
export type { TestDeps } from './test-connection.ts'
