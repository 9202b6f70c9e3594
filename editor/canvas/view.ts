// The canvas's viewport, for commands that move it. Empty while no canvas is open.
import type { Box } from '../graph/arrange.ts'
import type { Point } from '../graph/edit.ts'
import type { CanvasInstance } from './xyflow.ts'

let instance: CanvasInstance | null = null

/** Called by the canvas when it opens and closes. */
export function setCanvas(next: CanvasInstance | null): void {
  instance = next
}

export const cardWidthPx = 240

/** Room around a flow that is shown whole: below it lies the bar of commands, and no button of a card may lie under that. */
export const fitRoom = { x: 0.08, top: 0.08, bottom: '84px' } as const

/** Shows the whole flow, gently. */
export function fitView(): void {
  void instance?.fitView({
    padding: fitRoom,
    maxZoom: 1,
    duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 180,
  })
}

/** Makes things larger or smaller. */
export function zoomBy(factor: number): void {
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
  void instance?.fitView({ nodes: ids.map((id) => ({ id })), maxZoom: 1.5, padding: 0.2, duration: 0 })
}

/** Brings one card into view. */
export function showCard(id: string, padding = 0.5): void {
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

/** Follows the canvas's own left side, so that what is drawn stays where it was on screen when a panel comes or goes. */
export function holdStill(movedPx: number): void {
  const viewport = instance?.getViewport()
  if (viewport && movedPx !== 0) void instance?.setViewport({ ...viewport, x: viewport.x - movedPx })
}
