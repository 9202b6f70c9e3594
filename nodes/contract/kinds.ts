// The kinds a port can have, and which wires join them.

export const kinds = ['frames', 'memory', 'delegation', 'answer', 'audio', 'message', 'decision'] as const
export type Kind = (typeof kinds)[number]

/** Kinds that read as a message: a `message` input takes them too. */
const messageLike: readonly Kind[] = ['message', 'answer', 'delegation', 'decision']

interface Card {
  role: string
  ports: { in: Readonly<Record<string, { kind: Kind }>> }
}

/** The in ports of a card that take what reads as a message. */
export function messagePorts(card: Card): string[] {
  return Object.entries(card.ports.in).flatMap(([name, { kind }]) => (messageLike.includes(kind) ? [name] : []))
}

/** Whether a message from outside may be put into this port of a card that runs: an action is reached by its flow alone. */
export function takesMessages(card: Card | undefined, port: string): boolean {
  return card?.role === 'tick' && messagePorts(card).includes(port)
}

/** True when a wire may run from an out port of `from` to an in port of `to`. */
export function canWire(from: Kind, to: Kind): boolean {
  return from === to || (to === 'message' && messageLike.includes(from))
}

const carries: Record<Kind, string> = {
  frames: 'pictures',
  memory: 'a memory',
  delegation: 'a question for an agent',
  answer: "an agent's answer",
  audio: 'sound',
  message: 'a message',
  decision: 'a decision of the model',
}

/** Why a wire between two kinds is refused, as one sentence for the canvas. */
export function explainMismatch(from: Kind, to: Kind): string {
  return `This port sends ${carries[from]}, but that one takes ${carries[to]}.`
}
