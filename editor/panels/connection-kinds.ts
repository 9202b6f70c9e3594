// The kinds of connection a person can add: what each is, in words, and what must be filled in. Secrets are listed apart.
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import type { FieldSchema } from '../views.ts'

export interface ConnectionKindView {
  kind: ConnectionKind
  title: string
  text: string
  icon: string
  config: FieldSchema
  secrets: { name: string; label: string; help: string }[]
  /** Comes with Heed; there is nothing to fill in and none to add. */
  isBuiltIn?: boolean
}

const address = (placeholder: string, help: string): FieldSchema => ({ type: 'string', label: 'Address', widget: 'text', placeholder, help })
const model: FieldSchema = { type: 'string', label: 'Model', widget: 'text', help: "The server's own when empty" }
const apiKey = { name: 'apiKey', label: 'API key', help: 'Only if the server asks for one' }
const server = (placeholder: string, help: string): FieldSchema => ({ properties: { url: address(placeholder, help), model }, required: ['url'] })

export const connectionKindViews: readonly ConnectionKindView[] = [
  { kind: 'edge', title: 'Built-in model', text: 'A small model on this machine. It knows people and how they move, and needs no graphics card.', icon: 'cpu', config: {}, secrets: [], isBuiltIn: true },
  { kind: 'flite', title: 'Built-in voice', text: 'A plain voice on this machine; no network is needed.', icon: 'volume', config: {}, secrets: [], isBuiltIn: true },
  { kind: 'vllm-omni', title: 'vLLM-Omni', text: 'The interaction orchestrator, usually on a machine with a graphics card.', icon: 'brain', config: server('http://192.168.1.20:8070', 'Of the orchestrator, not of the model behind it'), secrets: [apiKey] },
  { kind: 'joyai-webinfer', title: 'JoyAI server', text: "JoyAI's own server, or its hosted API.", icon: 'cloud', config: server('http://192.168.1.20:8070', 'Of webinfer or of the hosted API'), secrets: [apiKey] },
  { kind: 'webhook', title: 'Webhook signature', text: 'A secret with which webhook messages are signed, so that the receiver knows they are from here.', icon: 'webhook', config: {}, secrets: [{ name: 'signingSecret', label: 'Signing secret', help: 'The receiver must know the same' }] },
]

/** How a kind is shown; kinds without a form of their own by their plain name. */
export function kindView(kind: ConnectionKind): ConnectionKindView {
  return connectionKindViews.find((view) => view.kind === kind) ?? { kind, title: kind, text: '', icon: 'server', config: {}, secrets: [] }
}

const nameRule = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** What is wrong with a name for a connection; null when it will do. */
export function whyNotName(name: string, taken: readonly string[]): string | null {
  if (!nameRule.test(name)) return 'A name is letters and digits, "-" and "_", without spaces.'
  return taken.includes(name) ? `There is a connection called ${name} already.` : null
}
