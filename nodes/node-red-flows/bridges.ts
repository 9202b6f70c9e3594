// Where a flow that is written for Node-RED goes from cards that only Heed runs to nodes that Node-RED runs, and back: a heed-event that
// hears what a card says, a heed-message that puts something before it. Read again, both are wires.
import type { Flow, Wire } from '../contract/flow.ts'
import type { CardPorts } from '../contract/foreign-flows.ts'
import { textOf, type RedNode } from './document.ts'

/** The type of what only Heed runs. */
export const cardType = 'heed-card'

export interface Bridge {
  side: 'says' | 'hears'
  card: string
  port: string
}

export const bridgeId = ({ card, side, port }: Bridge): string => `${card}-${side}-${port}`

/** The bridge that an entry is, as long as nobody changed there what it means. */
export function readBridge(entry: RedNode): Bridge | undefined {
  if (entry.type !== 'heed-event' && entry.type !== 'heed-message') return undefined
  const { heed } = entry
  const own = (typeof heed === 'object' && heed !== null ? heed : {}) as Record<string, unknown>
  const [card, port] = [textOf(own['card']), textOf(own['port'])]
  if (card === '' || port === '' || entry['card'] !== card || textOf(entry['text']) !== '') return undefined
  if (entry.type === 'heed-message') return entry['port'] === port ? { side: 'hears', card, port } : undefined
  return entry['kinds'] === own['kinds'] && entry['alertsOnly'] !== true ? { side: 'says', card, port } : undefined
}

/** The outputs of a card in their order, as it carries them. */
export function outputsIn(card: RedNode): string[] {
  const { heed } = card
  const { out } = (typeof heed === 'object' && heed !== null ? heed : {}) as Record<string, unknown>
  return Array.isArray(out) ? out.slice(0, 200).map(textOf) : []
}

/** Which wires of a flow go over a bridge. `isCard`: only Heed runs it. */
export function createBridges(flow: Flow, isCard: (id: string) => boolean, { says, hears }: CardPorts) {
  const types = new Map(flow.nodes.map(({ id, type }) => [id, type]))
  const over = ({ from, to }: Wire): Bridge | undefined => {
    if (isCard(from.node) === isCard(to.node)) return undefined
    if (isCard(from.node))
      return says(types.get(from.node) ?? '', from.port) === undefined
        ? undefined
        : { side: 'says', card: from.node, port: from.port }
    return hears(types.get(to.node) ?? '', to.port) ? { side: 'hears', card: to.node, port: to.port } : undefined
  }
  const crossing = flow.wires.flatMap((wire) => {
    const bridge = over(wire)
    return bridge ? [{ wire, bridge, id: bridgeId(bridge) }] : []
  })
  const server = 'heed-server'
  const place = ({ side, card }: Bridge, homes: (id: string) => RedNode): Record<string, unknown> => {
    const home = homes(card)
    const x = Number(home['x']) + (side === 'says' ? 40 : -40)
    return { z: home['z'], ...(home['g'] === undefined ? {} : { g: home['g'] }), x, y: Number(home['y']) + 60 }
  }
  return {
    over,
    /** The entries for them, and where Heed is; `homes` gives a card as it is written. */
    write: (homes: (id: string) => RedNode): RedNode[] => {
      const bridges = [...Map.groupBy(crossing, ({ id }) => id)].map(([id, [first, ...rest]]): RedNode => {
        const { bridge } = first as (typeof crossing)[number]
        const { card, port, side } = bridge
        const targets = [first, ...rest].flatMap((each) => (each ? [each.wire.to.node] : []))
        const base = { id, ...place(bridge, homes), name: '', server, flow: flow.name, card, text: '' }
        if (side === 'hears') return { ...base, type: 'heed-message', port, heed: { card, port }, wires: [[]] }
        const kinds = says(types.get(card) ?? '', port) ?? ''
        return {
          ...base,
          type: 'heed-event',
          kinds,
          alertsOnly: false,
          picture: 'none',
          heed: { card, port, kinds },
          wires: [[...new Set(targets)]],
        }
      })
      return bridges.length === 0
        ? []
        : [...bridges, { id: server, type: 'heed-server', name: 'Heed', url: 'http://127.0.0.1:1890' }]
    },
  }
}
