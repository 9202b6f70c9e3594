// What opens over the canvas: every command by name, the search for a card, the keys. And how hands like to work.
import { IconCommand, IconGrid4x4, IconKeyboard, IconMarquee2, IconSearch, IconZoomScan } from '@tabler/icons-react'
import { toggleHabit, useTools } from '../canvas/tools.ts'
import { showCards } from '../canvas/view.ts'
import { currentFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

const hasCards = (): boolean => (currentFlow()?.nodes.length ?? 0) > 0
const hasThings = (): boolean => hasCards() || (currentFlow()?.notes?.length ?? 0) > 0

export const showCommands: Command = {
  id: 'commands',
  label: say('Every command'),
  icon: IconCommand,
  shortcuts: ['mod+k'],
  inText: true,
  isSafe: true,
  isEnabled: () => true,
  run: () => useTools.setState(({ open }) => ({ open: open === 'commands' ? null : 'commands' })),
}

export const findCard: Command = {
  id: 'find-card',
  label: say('Find on the canvas'),
  icon: IconSearch,
  shortcuts: ['mod+f'],
  inText: true,
  isSafe: true,
  isEnabled: hasThings,
  run: () => useTools.setState({ open: 'search' }),
}

export const showKeys: Command = {
  id: 'keys',
  label: say('Keys and gestures'),
  icon: IconKeyboard,
  shortcuts: ['?'],
  isSafe: true,
  isEnabled: () => true,
  run: () => useTools.setState({ open: 'keys' }),
}

export const zoomToSelection: Command = {
  id: 'zoom-selection',
  label: say('Show the selected cards'),
  icon: IconZoomScan,
  shortcuts: ['f'],
  isSafe: true,
  isEnabled: () => useFlow.getState().selection.nodes.length > 0,
  run: () => showCards(useFlow.getState().selection.nodes),
}

export const snap: Command = {
  id: 'snap',
  label: say('Snap to the grid: on or off'),
  icon: IconGrid4x4,
  shortcuts: [],
  isEnabled: () => true,
  run: () => toggleHabit('snap'),
}

export const boxes: Command = {
  id: 'boxes',
  label: say('Select by drawing a box: on or off'),
  icon: IconMarquee2,
  shortcuts: ['b'],
  isEnabled: hasCards,
  run: () => useTools.setState(({ boxes: now }) => ({ boxes: !now })),
}
