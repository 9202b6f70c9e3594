// Named servers and accounts. The secret part goes in and never comes out.
import { z } from 'zod'

export const connectionKinds = [
  'vllm-omni',
  'joyai-webinfer',
  'openai',
  'edge',
  'background-agent',
  'command',
  'a2a',
  'speech',
  'flite',
  'smtp',
  'webhook',
  'telegram',
  'slack',
  'discord',
  'ntfy',
  'web-push',
  'mqtt',
  'wecom',
  'dingtalk',
  'feishu',
] as const
export const ConnectionKindSchema = z.enum(connectionKinds)
export type ConnectionKind = z.infer<typeof ConnectionKindSchema>

/** Begins the name of a connection that would run a program, among what a flow from somebody else waits for: no host has a space in it. */
export const commandMark = 'run '

/** What the compiler and the editor may know of a connection: never its secret. */
export interface ConnectionInfo {
  name: string
  kind: ConnectionKind
  /** What its kind cannot do without and nobody has entered yet, in words: "its bot token". */
  lacks?: string
}

/** What a running capability gets. `secret` is plain text here and must not be logged or returned. */
export interface Connection extends ConnectionInfo {
  config: Record<string, unknown>
  secret: Record<string, string>
}
