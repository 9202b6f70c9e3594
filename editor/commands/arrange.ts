// Lines the selected cards up, or spreads them evenly. One command each.
import {
  IconLayoutAlignBottom,
  IconLayoutAlignCenter,
  IconLayoutAlignLeft,
  IconLayoutAlignMiddle,
  IconLayoutAlignRight,
  IconLayoutAlignTop,
  IconLayoutDistributeHorizontal,
  IconLayoutDistributeVertical,
  type Icon,
} from '@tabler/icons-react'
import { cardBoxes } from '../canvas/view.ts'
import { alignBoxes, distributeBoxes, type Boxes, type Line } from '../graph/arrange.ts'
import { moveNodes, type Point } from '../graph/edit.ts'
import { changeFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

function arrange(
  id: string,
  label: string,
  icon: Icon,
  least: number,
  place: (boxes: Boxes) => Map<string, Point>,
): Command {
  return {
    id,
    label,
    icon,
    shortcuts: [],
    isEnabled: () => useFlow.getState().selection.nodes.length >= least,
    run: () => {
      const places = place(cardBoxes(useFlow.getState().selection.nodes))
      changeFlow((flow) => moveNodes(flow, places))
    },
  }
}
const line = (side: Line, label: string, icon: Icon): Command =>
  arrange(`align-${side}`, label, icon, 2, (boxes) => alignBoxes(boxes, side))

export const arranging: readonly Command[] = [
  line('left', say('Align left sides'), IconLayoutAlignLeft),
  line('center', say('Align centres'), IconLayoutAlignCenter),
  line('right', say('Align right sides'), IconLayoutAlignRight),
  line('top', say('Align tops'), IconLayoutAlignTop),
  line('middle', say('Align middles'), IconLayoutAlignMiddle),
  line('bottom', say('Align bottoms'), IconLayoutAlignBottom),
  arrange('distribute-across', say('Spread evenly across'), IconLayoutDistributeHorizontal, 3, (boxes) =>
    distributeBoxes(boxes, 'x'),
  ),
  arrange('distribute-down', say('Spread evenly down'), IconLayoutDistributeVertical, 3, (boxes) =>
    distributeBoxes(boxes, 'y'),
  ),
]
