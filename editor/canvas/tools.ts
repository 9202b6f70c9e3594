// What is open over the canvas just now, and how hands like to work there. No rules.
import { create } from 'zustand'
import type { Point } from '../graph/edit.ts'
import { keepWish, readWish } from '../wishes.ts'

export type InspectorTab = 'settings' | 'live' | 'wires' | 'help'

/**
 * `snap`: cards lie on a grid. `offer`: a wire let go over nothing offers cards. `between`: a card laid on a wire goes in between.
 * `letters`: keys of one letter call commands. `find`: Ctrl+F finds on the canvas, not on the page.
 */
export const habits = ['snap', 'offer', 'between', 'letters', 'find'] as const
export type Habit = (typeof habits)[number]

interface Tools {
  open: 'commands' | 'search' | 'keys' | null
  /** Where the menu of the selected things is; null while it is closed. */
  menu: Point | null
  /** What the inspector shows of a card. */
  tab: InspectorTab
  /** The card whose name is being written on it. */
  renaming: string | null
  /** What of the canvas works as hands are used to elsewhere: each may be switched off. */
  habits: Readonly<Record<Habit, boolean>>
  /** One finger, or the mouse without a key, draws a box around things instead of moving the canvas. */
  boxes: boolean
}

export const snapPx = 8

export const useTools = create<Tools>()(() => ({
  open: null,
  menu: null,
  tab: 'settings',
  renaming: null,
  habits: Object.fromEntries(habits.map((each) => [each, readWish(each) !== 'no'])) as Record<Habit, boolean>,
  boxes: false,
}))

export const hasHabit = (habit: Habit): boolean => useTools.getState().habits[habit]

/** Switches one on or off, for the next visits too. */
export function toggleHabit(habit: Habit): void {
  const now = useTools.getState().habits
  keepWish(habit, now[habit] ? 'no' : 'yes')
  useTools.setState({ habits: { ...now, [habit]: !now[habit] } })
}

/** Everything over the canvas is closed: it is left. */
export function closeTools(): void {
  useTools.setState({ open: null, menu: null, tab: 'settings', renaming: null, boxes: false })
}
