// Runs the selected card with its samples, as it is drawn now: nothing is sent, and the inspector shows what came of it.
import { IconPlayerTrackNext } from '@tabler/icons-react'
import { useTools } from '../canvas/tools.ts'
import { pinsOf } from '../graph/pins.ts'
import { currentFlow, inspect, useFlow } from '../store.ts'
import { tryWith } from '../tries.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

const selected = (): string | undefined => {
  const { nodes } = useFlow.getState().selection
  const flow = currentFlow()
  return nodes.length === 1 && flow
    ? flow.nodes.find(({ id }) => id === nodes[0] && pinsOf(flow, id).length > 0)?.id
    : undefined
}

export const tryCard: Command = {
  id: 'try-card',
  label: say('Run this card with its samples'),
  icon: IconPlayerTrackNext,
  shortcuts: ['r'],
  isEnabled: () => selected() !== undefined,
  run: async () => {
    const [flow, node] = [currentFlow(), selected()]
    if (!flow || node === undefined) return
    useTools.setState({ tab: 'live' })
    inspect(true)
    await tryWith(node, pinsOf(flow, node))
  },
}
