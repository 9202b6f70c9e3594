// Larger and smaller.
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { zoomBy } from '../canvas/view.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

export const zoomIn: Command = {
  id: 'zoom-in',
  label: say('Larger'),
  icon: IconZoomIn,
  shortcuts: ['mod+=', 'mod++'],
  isSafe: true,
  isEnabled: () => true,
  run: () => zoomBy(1.25),
}

export const zoomOut: Command = {
  id: 'zoom-out',
  label: say('Smaller'),
  icon: IconZoomOut,
  shortcuts: ['mod+-'],
  isSafe: true,
  isEnabled: () => true,
  run: () => zoomBy(0.8),
}
