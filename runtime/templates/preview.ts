// A template's picture: its own flow, drawn as SVG. Pure. What a template says stands in it as text only: no link, no script, no
// address of anything.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'

const card = { width: 210, height: 76 }
const margin = 28

/** Wires have the colours of the canvas. */
const wireColours: Record<Kind, string> = {
  frames: '#0d9488',
  memory: '#db2777',
  message: '#4f46e5',
  delegation: '#d97706',
  answer: '#7c3aed',
  audio: '#ea580c',
  decision: '#64748b',
}
const groupColours: Record<NodeDefinition['group'], string> = {
  video: '#0d9488',
  interaction: '#4f46e5',
  logic: '#64748b',
  action: '#d97706',
}
const looks = {
  light: { paper: '#f8fafb', card: '#ffffff', line: '#d5dbe1', text: '#182026', quiet: '#5b6670' },
  dark: { paper: '#14191d', card: '#1f262c', line: '#3a444d', text: '#e8edf1', quiet: '#9aa7b2' },
}

/** The whole flow, scaled by whoever shows it. */
export function drawTemplate(flow: Flow, nodes: ReadonlyMap<string, NodeDefinition>, isDark = false): string {
  const look = isDark ? looks.dark : looks.light
  const xs = flow.nodes.map(({ position }) => position.x)
  const ys = flow.nodes.map(({ position }) => position.y)
  const left = Math.min(0, ...xs) - margin
  const top = Math.min(0, ...ys) - margin
  const width = Math.max(0, ...xs) + card.width + margin - left
  const height = Math.max(0, ...ys) + card.height + margin - top
  const byId = new Map(flow.nodes.map((node) => [node.id, node]))
  const wires = flow.wires.map((wire) => {
    const from = byId.get(wire.from.node)
    const to = byId.get(wire.to.node)
    const kind = from && nodes.get(from.type)?.ports.out[wire.from.port]?.kind
    return from && to ? drawWire(from, to, wireColours[kind ?? 'message']) : ''
  })
  const cards = flow.nodes.map((node) => drawCard(node, nodes.get(node.type), look))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" role="img" aria-label="${escape(flow.name)}" font-family="Inter, system-ui, sans-serif">`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${look.paper}"/>`,
    ...wires,
    ...cards,
    '</svg>',
  ].join('')
}

function drawWire(from: FlowNode, to: FlowNode, colour: string): string {
  const [x1, y1] = [from.position.x + card.width, from.position.y + card.height / 2]
  const [x2, y2] = [to.position.x, to.position.y + card.height / 2]
  // A wire that leads back goes below the cards.
  const bend = Math.max(40, Math.abs(x2 - x1) / 2)
  const path =
    x2 > x1
      ? `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
      : `M${x1} ${y1} C${x1 + 60} ${y1 + 110} ${x2 - 60} ${y2 + 110} ${x2} ${y2}`
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="3" stroke-linecap="round"/>`
}

function drawCard(node: FlowNode, definition: NodeDefinition | undefined, look: (typeof looks)['light']): string {
  const { x, y } = node.position
  const colour = groupColours[definition?.group ?? 'logic']
  const title = cut(node.name ?? definition?.title ?? node.type, 22)
  const line = cut(wordsOf(node), 30)
  return [
    `<rect x="${x}" y="${y}" width="${card.width}" height="${card.height}" rx="10" fill="${look.card}" stroke="${look.line}" stroke-width="1.5"/>`,
    `<rect x="${x}" y="${y + 14}" width="5" height="${card.height - 28}" rx="2.5" fill="${colour}"/>`,
    `<text x="${x + 18}" y="${y + (line === '' ? 44 : 32)}" font-size="17" font-weight="600" fill="${look.text}">${escape(title)}</text>`,
    line === '' ? '' : `<text x="${x + 18}" y="${y + 56}" font-size="13" fill="${look.quiet}">${escape(line)}</text>`,
  ].join('')
}

/** What the card is set to, as far as that is words. */
function wordsOf({ config }: FlowNode): string {
  const { instruction, title, text, words, hours } = config
  const said = [instruction, title, text].find((each): each is string => typeof each === 'string' && each !== '')
  if (said !== undefined) return said
  const list = [words, hours].find((each): each is unknown[] => Array.isArray(each))
  return list ? list.map(String).join(', ') : ''
}

/** Chinese characters are twice as wide. */
function cut(text: string, most: number): string {
  let room = most
  const kept: string[] = []
  for (const letter of text.replace(/\s+/g, ' ')) {
    room -= /[\u2e80-\uffef]/.test(letter) ? 2 : 1
    if (room < 0) return `${kept.join('').trimEnd()}…`
    kept.push(letter)
  }
  return kept.join('')
}

function escape(text: string): string {
  return text
    .replace(/[^\P{C}\t]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
