// Switches the selected cards off, or on again: what is off does not run, and nothing goes through it. Two keys, so that no finger
// that slips switches an alarm off.
import { IconPower } from '@tabler/icons-react'
import { setDisabled } from '../graph/edit.ts'
import { changeFlow, currentFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const switchOff: Command = {
  id: 'switch-off',
  label: say('Switch off or on'),
  icon: IconPower,
  shortcuts: ['mod+e'],
  isEnabled: () => currentFlow()?.nodes.some(({ id }) => useFlow.getState().selection.nodes.includes(id)) === true,
  run: () => {
    const { nodes } = useFlow.getState().selection
    const isOn = currentFlow()?.nodes.some((node) => nodes.includes(node.id) && node.disabled !== true) === true
    changeFlow((flow) => setDisabled(flow, nodes, isOn))
  },
}
