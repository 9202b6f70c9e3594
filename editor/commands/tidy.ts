// Puts the cards in columns, from the cameras to the right: all of them, or those that are selected. What is pinned stays.
import { IconLayoutGrid, IconPin } from '@tabler/icons-react'
import { cardBoxes, fitView } from '../canvas/view.ts'
import { moveNodes, setPinned } from '../graph/edit.ts'
import { drawingOf } from '../graph/room.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow, currentFlow, useFlow } from '../store.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'
import type { Point } from '../graph/edit.ts'
import type { Drawing } from '../graph/layout.ts'

const chosenNodes = (): string[] => {
  const chosen = new Set(useFlow.getState().selection.nodes)
  return currentFlow()?.nodes.flatMap(({ id }) => (chosen.has(id) ? [id] : [])) ?? []
}

export const tidy: Command = {
  id: 'tidy',
  label: say('Tidy up'),
  icon: IconLayoutGrid,
  shortcuts: [],
  isEnabled: () => (currentFlow()?.nodes.length ?? 0) > 1,
  run: async () => {
    const [flow, { id }] = [currentFlow(), useFlow.getState()]
    if (!flow) return
    const chosen = chosenNodes()
    const boxes = cardBoxes(flow.nodes.map((node) => node.id))
    const movable = chosen.length > 1 ? new Set(chosen) : null
    const places = await placesFor(drawingOf(flow, useSignIn.getState().types, boxes, movable))
    if (useFlow.getState().id !== id) return
    changeFlow((now) => moveNodes(now, places))
    requestAnimationFrame(fitView)
  },
}

export const pin: Command = {
  id: 'pin',
  label: say('Keep its place when tidying: on or off'),
  icon: IconPin,
  shortcuts: [],
  isEnabled: () => chosenNodes().length > 0,
  run: () => {
    const chosen = chosenNodes()
    const isLoose = currentFlow()?.nodes.some((node) => chosen.includes(node.id) && node.pinned !== true) === true
    changeFlow((flow) => setPinned(flow, chosen, isLoose))
  },
}

// Asks the worker for a layout; where a browser has no workers, the same is worked out on the page.
/** Where each card and note of the drawing goes. */
async function placesFor(drawing: Drawing): Promise<Map<string, Point>> {
  try {
    return await fromWorker(drawing)
  } catch {
    return (await import('../graph/layout.ts')).tidyPlaces(drawing)
  }
}

function fromWorker(drawing: Drawing): Promise<Map<string, Point>> {
  const worker = new Worker(new URL('../canvas/layout-worker.ts', import.meta.url), {
    type: 'module',
    name: 'heed-layout',
  })
  return new Promise<Map<string, Point>>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<[string, Point][]>) => resolve(new Map(data)))
    worker.addEventListener('error', () => reject(new Error()))
    worker.postMessage(drawing)
  }).finally(() => worker.terminate())
}
