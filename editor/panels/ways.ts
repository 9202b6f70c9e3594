// Which of all one can go to or do fits some words, the best first; and whether the list of it is open. Every page knows this much; the
// list itself is fetched when it is first opened.
import type { Icon } from '@tabler/icons-react'
import { create } from 'zustand'

export interface Way {
  id: string
  label: string
  text?: string
  icon: Icon
  keys?: string
  /** Other words it is found by. */
  said?: string
  isOff?: boolean
  run(): void | Promise<void>
}

export const useEverywhere = create<{ isOpen: boolean }>()(() => ({ isOpen: false }))

const most = 60

/** Those with every word; what can be done now before what cannot, names that begin so before others, else in their order. */
export function bestOf(ways: readonly Way[], words: string): Way[] {
  const typed = words.trim().toLowerCase()
  const wanted = typed.split(/\s+/).filter(Boolean)
  const rank = ({ label, isOff }: Way): number =>
    (isOff ? 4 : 0) +
    (wanted.every((word) => label.toLowerCase().includes(word)) ? 0 : 2) +
    (label.toLowerCase().startsWith(typed) ? 0 : 1)
  return ways
    .filter(({ label, text = '', said = '' }) => {
      const all = `${label} ${text} ${said}`.toLowerCase()
      return wanted.every((word) => all.includes(word))
    })
    .map((way) => [rank(way), way] as const)
    .sort(([a], [b]) => a - b)
    .map(([, way]) => way)
    .slice(0, most)
}
