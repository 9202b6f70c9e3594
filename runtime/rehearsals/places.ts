// How many may do a thing at a time, by name; who has to wait is let in in the order they came. Knows no model.
import { StoppedError } from '../../nodes/contract/errors.ts'

interface Room {
  taken: number
  most: number
  waiting: (() => void)[]
}

export class Places {
  readonly #rooms = new Map<string, Room>()

  /** Resolves to what gives the place back, once there is one. Rejects with StoppedError on abort. */
  async take(name: string, most: number, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw new StoppedError()
    const room = this.#rooms.get(name) ?? { taken: 0, most, waiting: [] }
    this.#rooms.set(name, room)
    room.most = Math.max(1, most)
    letIn(room)
    if (room.taken < room.most) room.taken++
    // Whoever waits is given a place that is counted already: nobody slips in between.
    else await wait(room, signal)
    let isGivenBack = false
    return () => {
      if (isGivenBack) return
      isGivenBack = true
      room.taken--
      letIn(room)
      if (room.taken === 0) this.#rooms.delete(name)
    }
  }
}

function letIn(room: Room): void {
  while (room.taken < room.most) {
    const enter = room.waiting.shift()
    if (!enter) return
    room.taken++
    enter()
  }
}

function wait(room: Room, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      room.waiting = room.waiting.filter((each) => each !== enter)
      reject(new StoppedError())
    }
    const enter = (): void => {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    room.waiting.push(enter)
    signal.addEventListener('abort', stop, { once: true })
  })
}
