// Small wishes of this browser (sound off, drawer closed). A browser that keeps nothing simply forgets them.

/** What was wished for under `name`; null when nothing was, or nothing can be kept. */
export function readWish(name: string): string | null {
  try {
    return localStorage.getItem(`heed.${name}`)
  } catch {
    return null
  }
}

/** Keeps a wish for the next visit, where the browser lets a page keep anything. */
export function keepWish(name: string, value: string): void {
  try {
    localStorage.setItem(`heed.${name}`, value)
  } catch {
    // Forgotten with the page.
  }
}

/** Names the flow that opens without its palette, until somebody shows it: it is complete, and its cards need the room. */
export const roomyWish = 'roomy-flow'
