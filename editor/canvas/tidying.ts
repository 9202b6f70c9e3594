// Asks the worker for a layout; where a browser has no workers, the same is worked out on the page.
import type { Point } from '../graph/edit.ts'
import type { Drawing } from '../graph/layout.ts'

/** Where each card and note of the drawing goes. */
export async function placesFor(drawing: Drawing): Promise<Map<string, Point>> {
  try {
    return await fromWorker(drawing)
  } catch {
    return (await import('../graph/layout.ts')).tidyPlaces(drawing)
  }
}

function fromWorker(drawing: Drawing): Promise<Map<string, Point>> {
  const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module', name: 'heed-layout' })
  return new Promise<Map<string, Point>>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<[string, Point][]>) => resolve(new Map(data)))
    worker.addEventListener('error', () => reject(new Error()))
    worker.postMessage(drawing)
  }).finally(() => worker.terminate())
}
