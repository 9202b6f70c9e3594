// What is open over the canvas just now, and how hands like to work there. No rules.
import { create } from 'zustand'
import type { Point } from '../graph/edit.ts'
import { keepWish, readWish } from '../wishes.ts'

export type InspectorTab = 'settings' | 'live' | 'wires' | 'help'

interface Tools {
  open: 'commands' | 'search' | 'keys' | null
  /** Where the menu of the selected things is; null while it is closed. */
  menu: Point | null
  /** What the inspector shows of a card. */
  tab: InspectorTab
  /** The card whose name is being written on it. */
  renaming: string | null
  /** Cards lie on a grid, whether a mouse or a key moves them. */
  snaps: boolean
  /** One finger, or the mouse without a key, draws a box around things instead of moving the canvas. */
  boxes: boolean
}

export const snapPx = 8

export const useTools = create<Tools>()(() => ({
  open: null,
  menu: null,
  tab: 'settings',
  renaming: null,
  snaps: readWish('snap') !== 'no',
  boxes: false,
}))

/** Switches the grid on or off, for the next visits too. */
export function toggleSnap(): void {
  const snaps = !useTools.getState().snaps
  keepWish('snap', snaps ? 'yes' : 'no')
  useTools.setState({ snaps })
}

/** Everything over the canvas is closed: it is left. */
export function closeTools(): void {
  useTools.setState({ open: null, menu: null, tab: 'settings', renaming: null, boxes: false })
}
