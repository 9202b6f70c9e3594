// The canvas's viewport, for commands that move it. Empty while no canvas is open.
import type { Box } from '../graph/arrange.ts'
import type { Point } from '../graph/edit.ts'
import type { CanvasInstance } from './xyflow.ts'

let instance: CanvasInstance | null = null
let pointer: Point | null = null
/** From then on the view is a person's: nothing moves it by itself. */
let isTaken = false

/** Called by the canvas when it opens and closes. */
export function setCanvas(next: CanvasInstance | null): void {
  instance = next
  if (!next) pointer = null
  isTaken = false
}

/** A hand, a key or a command has chosen what is seen. */
export function takeView(): void {
  isTaken = true
}

export const cardWidthPx = 240

/** Where the bar of commands lies: no button of a card may lie under it. */
const commandsPx = 84

/** Room around a flow that is shown whole. */
export const fitRoom = { x: 0.08, top: 0.08, bottom: `${commandsPx}px` } as const

/** Shows the whole flow, gently, and keeps it whole from here on. */
export function fitView(): void {
  isTaken = false
  void instance?.fitView({
    padding: fitRoom,
    maxZoom: 1,
    duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 180,
  })
}

/** The drawer has opened, or cards have grown: what was shown whole is shown whole again, unless somebody has chosen another view. */
export function keepWhole(): void {
  if (!isTaken) fitView()
}

/** Makes things larger or smaller. */
export function zoomBy(factor: number): void {
  takeView()
  if (instance) void instance.zoomTo(instance.getZoom() * factor)
}

/** A place on screen, in the flow's own measure. */
export function toFlowPoint(screen: Point): Point {
  return instance?.screenToFlowPosition(screen) ?? screen
}

/** The middle of what is seen, less half a card. */
export function middle(): Point {
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const point = toFlowPoint({
    x: (box?.left ?? 0) + (box?.width ?? 0) / 2,
    y: (box?.top ?? 0) + (box?.height ?? 0) / 2,
  })
  return { x: point.x - cardWidthPx / 2, y: point.y - 60 }
}

/** What is seen of the flow, above the bar of commands. */
export function seenBox(): Box {
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  const from = toFlowPoint({ x: box?.left ?? 0, y: box?.top ?? 0 })
  const to = toFlowPoint({ x: box?.right ?? 0, y: (box?.bottom ?? 0) - Number.parseInt(fitRoom.bottom) })
  return { ...from, width: to.x - from.x, height: to.y - from.y }
}

/** Where the pointer is over the canvas, on screen; null once it has left. */
export function notePointer(at: Point | null): void {
  pointer = at
}

/** Where the pointer is over the canvas, in the flow's own measure. */
export function pointerPlace(): Point | null {
  return pointer && toFlowPoint(pointer)
}

/** Places and sizes of these cards, as drawn. */
export function cardBoxes(ids: readonly string[]): Map<string, Box> {
  return new Map(
    ids.flatMap((id): [string, Box][] => {
      const card = instance?.getNode(id)
      return card
        ? [[id, { ...card.position, width: card.measured?.width ?? cardWidthPx, height: card.measured?.height ?? 120 }]]
        : []
    }),
  )
}

/** Shows these cards as large as they fit. */
export function showCards(ids: readonly string[]): void {
  takeView()
  void instance?.fitView({ nodes: ids.map((id) => ({ id })), maxZoom: 1.5, padding: 0.2, duration: 0 })
}

/** Brings one card into view. */
export function showCard(id: string, padding = 0.5): void {
  takeView()
  void instance?.fitView({ nodes: [{ id }], maxZoom: 1, padding, duration: 0 })
}

/** True when the whole of a card's place is on screen. */
export function isSeen(id: string): boolean {
  const card = instance?.getNode(id)
  const box = document.querySelector('.react-flow')?.getBoundingClientRect()
  if (!instance || !card || !box) return true
  const { x, y } = instance.flowToScreenPosition(card.position)
  const zoom = instance.getZoom()
  return x >= box.left && y >= box.top && x + cardWidthPx * zoom <= box.right && y + 160 * zoom <= box.bottom
}

/** How far to go so that `from`–`to` lies between `least` and `most`; its beginning counts more than its end. */
function shift(from: number, to: number, least: number, most: number): number {
  if (to > most) return Math.max(most - to, least - from)
  return Math.max(0, least - from)
}

/** A card has grown by something to read or press: moves what is drawn just so far that all of it is seen. */
export function bringIn(id: string): void {
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect()
  const room = document.querySelector('.react-flow')?.getBoundingClientRect()
  const viewport = instance?.getViewport()
  if (!card || !room || !viewport) return
  const edgePx = 16
  const x = shift(card.left, card.right, room.left + edgePx, room.right - edgePx)
  const y = shift(card.top, card.bottom, room.top + edgePx, room.bottom - commandsPx)
  if (x !== 0 || y !== 0) void instance?.setViewport({ ...viewport, x: viewport.x + x, y: viewport.y + y })
}

/** Follows the canvas's own left side, so that what is drawn stays where it was on screen when a panel comes or goes. */
export function holdStill(movedPx: number): void {
  const viewport = instance?.getViewport()
  if (viewport && movedPx !== 0) void instance?.setViewport({ ...viewport, x: viewport.x - movedPx })
}
