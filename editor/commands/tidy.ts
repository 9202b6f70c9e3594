// Puts the cards in columns, from the cameras to the right.
import { IconLayoutGrid } from '@tabler/icons-react'
import { cardHeights, fitView } from '../canvas/view.ts'
import { moveNodes } from '../graph/edit.ts'
import { tidyPlaces } from '../graph/layout.ts'
import { changeFlow, currentFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const tidy: Command = {
  id: 'tidy',
  label: say('Tidy up'),
  icon: IconLayoutGrid,
  shortcuts: [],
  isEnabled: () => (currentFlow()?.nodes.length ?? 0) > 1,
  run: () => {
    changeFlow((flow) => moveNodes(flow, tidyPlaces(flow, cardHeights())))
    requestAnimationFrame(fitView)
  },
}
