// The models of one session: a link for each node that needs one, at the start and after every change of the plan. A model whose node
// stays at its connection keeps its session there. Runs no node and knows no protocol.
import type { Clock, ModelMemory, ModelPort } from '../../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { FastFrame } from '../../nodes/contract/frames.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import { memoryKey } from './memory.ts'
import { ModelLink } from './model-link.ts'
import type { SessionOrder } from './records.ts'
import { tickDefinition } from './tick.ts'

export interface ModelLinksOptions {
  clock: Clock
  models: ModelPort
  nodes: ReadonlyMap<string, NodeDefinition>
  /** A node's model was given its memory again, in words. */
  onRestored(node: string, text: string): void
  /** What a node's model says of itself; null when all is well. */
  onTrouble(node: string, trouble: string | null): void
}

const restored = 'The model had no session for this stream any more. It was given its instruction and memory again.'
const corrected =
  'What the model remembers was changed by a person. Its session was begun anew with its instruction and the memory as it is now.'

export class ModelLinks {
  readonly #options: ModelLinksOptions
  readonly #links = new Map<string, { link: ModelLink; connection: string }>()
  /** Sessions that a change of the plan has ended. */
  readonly #leaving = new Set<Promise<void>>()

  constructor(options: ModelLinksOptions) {
    this.#options = options
  }

  /** Resolves once every one is open, or is not for now. */
  async ready(): Promise<void> {
    await Promise.all([...this.#links.values()].map(({ link }) => link.ready()))
  }

  /** A link for each node of the order's plan that needs one; throws FatalError RUN_NODE_UNKNOWN for a type that is not here. */
  begin(order: SessionOrder): void {
    const states = order.resume?.states ?? order.carried ?? {}
    for (const node of this.#wanting(order)) this.#add(order, node, memoryIn(states, node.id), order.resume === null)
  }

  /**
   * The same after the plan has changed. A new setting goes to the session as it is; another connection begins with what the model
   * remembers. `states` are of nodes that were not here.
   */
  change(order: SessionOrder, states: Record<string, unknown>): void {
    const wanting = this.#wanting(order)
    for (const [id, { link }] of this.#links) if (!wanting.some((node) => node.id === id)) this.#drop(id, link)
    for (const node of wanting) {
      const known = this.#links.get(node.id)
      if (known?.connection === connectionOf(node)) {
        known.link.change({ config: node.config, timeoutMs: timeoutOf(node) })
        continue
      }
      if (known) this.#drop(node.id, known.link)
      this.#add(order, node, known ? known.link.memory : memoryIn(states, node.id), true).start()
    }
  }

  get(node: string): ModelLink | undefined {
    return this.#links.get(node)?.link
  }

  /** Opens all of them ahead of the first tick. */
  start(): void {
    for (const { link } of this.#links.values()) link.start()
  }

  feed(frame: FastFrame): void {
    for (const { link } of this.#links.values()) link.feed(frame)
  }

  /** Lets go of all; `isHandedOver`: the servers keep their sessions for another worker. */
  async end(isHandedOver: boolean): Promise<void> {
    const links = [...this.#links.values()].map(({ link }) => link)
    await Promise.all([...this.#leaving, ...links.map((link) => (isHandedOver ? link.release() : link.close()))])
  }

  #wanting({ plan }: SessionOrder): PlanNode[] {
    return plan.ticks.filter((node) => tickDefinition(this.#options.nodes, node).needs.includes('model'))
  }

  #add(order: SessionOrder, node: PlanNode, memory: ModelMemory | undefined, isNew: boolean): ModelLink {
    const { clock, models, onRestored, onTrouble } = this.#options
    const connection = connectionOf(node)
    const link = new ModelLink({
      models,
      clock,
      connection,
      config: node.config,
      timeoutMs: timeoutOf(node),
      streamKey: `${order.streamId}.${order.run}.${node.id}`,
      memory,
      isNew,
      onRestarted: (isCorrected) => onRestored(node.id, isCorrected ? corrected : restored),
      onTrouble: (trouble) => onTrouble(node.id, trouble),
    })
    this.#links.set(node.id, { link, connection })
    return link
  }

  #drop(node: string, link: ModelLink): void {
    this.#links.delete(node)
    this.#options.onTrouble(node, null)
    const left = link.close().catch(() => undefined)
    this.#leaving.add(left)
    void left.finally(() => this.#leaving.delete(left))
  }
}

function connectionOf({ config }: PlanNode): string {
  return String(config.connection ?? '')
}

function timeoutOf({ config }: PlanNode): number {
  return (typeof config.timeoutS === 'number' ? config.timeoutS : 5) * 1000
}

function memoryIn(states: Record<string, unknown>, node: string): ModelMemory | undefined {
  return states[memoryKey(node)] as ModelMemory | undefined
}
