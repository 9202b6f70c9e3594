// Notes and groups: words on the canvas, and titled frames around what belongs together.
import { IconNote, IconBoxMultiple, IconBoxOff } from '@tabler/icons-react'
import { useTools } from '../canvas/tools.ts'
import { middle, toFlowPoint } from '../canvas/view.ts'
import { addNote, groupItems, ungroupItems } from '../graph/notes.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const writeNote: Command = {
  id: 'note',
  label: say('Write a note'),
  icon: IconNote,
  shortcuts: ['n'],
  isEnabled: () => currentFlow() !== null,
  run: () => {
    const flow = currentFlow()
    if (!flow) return
    const { menu } = useTools.getState()
    const added = addNote(flow, menu ? toFlowPoint(menu) : middle())
    changeFlow(() => added.flow)
    select({ nodes: [added.id] })
    useTools.setState({ renaming: added.id })
  },
}

export const group: Command = {
  id: 'group',
  label: say('Group'),
  icon: IconBoxMultiple,
  shortcuts: ['mod+g'],
  isEnabled: () => useFlow.getState().selection.nodes.length > 0,
  run: () => {
    const flow = currentFlow()
    const grouped = flow && groupItems(flow, useFlow.getState().selection.nodes)
    if (!grouped?.id) return
    changeFlow(() => grouped.flow)
    select({ nodes: [grouped.id] })
    useTools.setState({ renaming: grouped.id })
  },
}

export const ungroup: Command = {
  id: 'ungroup',
  label: say('Take out of the group'),
  icon: IconBoxOff,
  shortcuts: ['mod+shift+g'],
  isEnabled: () => {
    const { nodes } = useFlow.getState().selection
    return (
      currentFlow()?.groups?.some(
        ({ id, members }) => nodes.includes(id) || members.some((each) => nodes.includes(each)),
      ) === true
    )
  },
  run: () => changeFlow((flow) => ungroupItems(flow, useFlow.getState().selection.nodes)),
}
