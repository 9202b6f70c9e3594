// What a flow from somebody else wants, in sentences; and what of it a card could allow. Pure.
import { commandMark, type ConnectionKind } from '../../nodes/contract/connections.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { namedHosts, nodeRedMark, receiverMark } from '../../nodes/contract/hosts.ts'
import type { FlowNeeds, Problem, Requires } from '../views.ts'
import { list, say } from '../words/say.ts'

/** True for a name or number that is most likely not on the internet. */
export function isNear(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return (
    /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[(::1\]|f[cd]))/.test(name) ||
    !/[.:]/.test(name) ||
    /\.(local|lan|home|internal|intranet|home\.arpa)$/.test(name)
  )
}

/** Without the ports that say nothing to anybody. */
export function shortName(waiting: string): string {
  if (waiting.startsWith(commandMark)) return waiting.slice(commandMark.length)
  if (waiting.startsWith(nodeRedMark)) return waiting.slice(nodeRedMark.length)
  return waiting.startsWith(receiverMark) ? waiting.slice(receiverMark.length) : waiting.replace(/:(80|443)$/, '')
}

/** One thing that waits for a yes, as a sentence. */
export function waitingWords(waiting: string): string {
  if (waiting.startsWith(commandMark))
    return say('It wants to run a program on this machine, through the connection “{waiting}”.', {
      waiting: shortName(waiting),
    })
  if (waiting.startsWith(nodeRedMark))
    return shortName(waiting) === '*'
      ? say('It wants to hear whatever your Node-RED sends.')
      : say('It wants to use “{waiting}” in your Node-RED.', { waiting: shortName(waiting) })
  if (waiting.startsWith(receiverMark))
    return say('It wants to write to {waiting}. Pictures may go there.', { waiting: shortName(waiting) })
  return isNear(waiting)
    ? say('It wants to reach {waiting}, in your own network.', { waiting: shortName(waiting) })
    : say('It wants to send to {waiting}, on the internet. Pictures may go there.', { waiting: shortName(waiting) })
}

/** The names of the cards that ask for it. */
export function cardsNaming(flow: Flow, waiting: string, nameOf: (node: FlowNode) => string): string[] {
  const asks = (node: FlowNode): boolean =>
    waiting.startsWith(commandMark)
      ? Object.values(node.config).includes(shortName(waiting))
      : waiting.startsWith(nodeRedMark)
        ? (node.config['entry'] || '*') === shortName(waiting)
        : waiting.startsWith(receiverMark)
          ? Object.values(node.config).some(
              (value) => typeof value === 'string' && value.trim() === waiting.slice(receiverMark.length),
            )
          : namedHosts(node.config).some(({ host }) => host === waiting)
  return flow.nodes.filter(asks).map(nameOf)
}

/** What a problem of a card waits for: the hosts, the receiver or the program that its field names. */
export function waitingOfProblem(
  problem: Problem,
  config: Record<string, unknown>,
  waiting: readonly string[],
): string[] {
  const { code, field } = problem
  if (code === 'HOST_NOT_APPROVED')
    return [
      ...new Set(
        namedHosts(config)
          .filter((each) => each.field === field)
          .map(({ host }) => host),
      ),
    ].filter((host) => waiting.includes(host))
  const value = field === null ? undefined : config[field]
  if (code === 'NODERED_NOT_APPROVED')
    return waiting.filter((each) => each === nodeRedMark + (typeof value === 'string' && value !== '' ? value : '*'))
  if (typeof value !== 'string') return []
  const name =
    code === 'RECEIVER_NOT_APPROVED'
      ? receiverMark + value.trim()
      : code === 'COMMAND_NOT_APPROVED'
        ? commandMark + value
        : ''
  return waiting.includes(name) ? [name] : []
}

/** Why a camera is in the list. */
export function cameraWords({ name, reason }: Requires['cameras'][number]): string {
  switch (reason) {
    case 'clip':
      return say('“{name}” plays a clip that is not here. Choose or upload one.', { name })
    case 'address':
      return say('Is the address of “{name}” one of your cameras? Its password, if it has one, did not come along.', {
        name,
      })
    case 'device':
      return say('Which camera of this machine is “{name}”?', { name })
    case 'camera':
      return say('Which of your cameras is “{name}” to watch? Choose it on its card.', { name })
    case 'settings':
      return say('“{name}” is not set up yet.', { name })
  }
}

/** "vLLM-Omni, JoyAI server or Vision server" */
export function kindsWords(kinds: readonly ConnectionKind[], titleOf: (kind: ConnectionKind) => string): string {
  const titles = kinds.map(titleOf)
  const last = titles.pop()
  return titles.length === 0
    ? (last ?? say('a kind that is not known here'))
    : list([...titles, last ?? ''], 'disjunction')
}

/** True when something is missing that drawing alone does not settle: a yes, a card's package, a connection. The same in every browser. */
export function waitsForSomebody({ requires, unapprovedHosts }: FlowNeeds): boolean {
  return unapprovedHosts.length > 0 || requires.nodes.length > 0 || requires.connections.length > 0
}

/** How many things a person still has to decide. `looks`: cameras nobody has looked at since the flow came in. */
export function openNeeds({ requires, unapprovedHosts }: FlowNeeds, looks: readonly string[]): number {
  const cameras = new Set([...requires.cameras.map(({ node }) => node), ...looks])
  return unapprovedHosts.length + requires.nodes.length + requires.connections.length + cameras.size
}

/** `Fall alert` → `Fall alert.heed.json`: the name, without what file systems refuse. */
export function exportName(name: string): string {
  const plain = name
    .replace(/[\p{Cc}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\.+/, '')
    .slice(0, 100)
  return `${plain === '' ? say('Flow') : plain}.heed.json`
}
