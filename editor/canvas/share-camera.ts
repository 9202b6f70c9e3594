// Sends this browser's webcam or screen to a camera of kind `browser`: JPEGs over a WebSocket, ten a second, skipping pictures
// rather than queueing them. Goes on while other pages of the editor are open; must never capture without somebody's click.
import { create } from 'zustand'
import { openPush } from '../api.ts'
import { say } from '../words/say.ts'

export interface Share {
  state: 'asking' | 'on-air' | 'reconnecting' | 'failed'
  sent: number
  trouble: string | null
}
export const useShares = create<{ shares: Record<string, Share> }>()(() => ({ shares: {} }))

const framesPerSecond = 10
const widthPx = 640
const maxWaitingBytes = 256 * 1024
const freeAgainMs = 500
/** The server's word for "a newer page shares into this camera". */
const replacedCode = 4002
const stops = new Map<string, () => void>()

function set(id: string, share: Partial<Share>): void {
  useShares.setState(({ shares }) => ({
    shares: { ...shares, [id]: { state: 'asking', sent: 0, trouble: null, ...shares[id], ...share } },
  }))
}

function forget(id: string): void {
  useShares.setState(({ shares: { [id]: _gone, ...shares } }) => ({ shares }))
}

function troubleWords(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError')
    return say(
      'This browser was not allowed to share. Allow the camera for this page in the address bar, then try again.',
    )
  if (name === 'NotFoundError')
    return say('This device has no camera that the browser can see. Plug one in, then try again.')
  if (name === 'NotReadableError') return say('Another program is using the camera. Close it, then try again.')
  return error instanceof Error ? error.message : String(error)
}

function capture(what: 'camera' | 'screen'): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices)
    throw new Error(
      say(
        'Browsers share a camera only with pages opened over https or on the machine itself. Open Heed that way, then try again.',
      ),
    )
  const video = { width: { ideal: 1280 }, frameRate: { ideal: framesPerSecond } }
  if (what === 'screen') return devices.getDisplayMedia({ video })
  return devices.getUserMedia({ video }).catch(async (error: unknown) => {
    // A camera that was let go of a moment ago, as after a still, is not free at once.
    if (!(error instanceof DOMException) || error.name !== 'NotReadableError') throw error
    await new Promise((resolve) => setTimeout(resolve, freeAgainMs))
    return devices.getUserMedia({ video })
  })
}

/** One picture of this browser's camera, in the shape in which it would be shared; the camera is let go of at once. Throws an Error in words. */
export async function takeStill(): Promise<HTMLCanvasElement> {
  let media: MediaStream | undefined
  try {
    media = await capture('camera')
    const video = Object.assign(document.createElement('video'), { srcObject: media, muted: true, playsInline: true })
    await video.play()
    return drawn(video, document.createElement('canvas'))
  } catch (error) {
    throw new Error(troubleWords(error), { cause: error })
  } finally {
    for (const track of media?.getTracks() ?? []) track.stop()
  }
}

function drawn(video: HTMLVideoElement, canvas: HTMLCanvasElement): HTMLCanvasElement {
  canvas.width = Math.min(widthPx, video.videoWidth)
  canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  return canvas
}

/** The camera or the screen, to look at; the browser asks the person first. Throws an Error in words. */
export async function openMedia(what: 'camera' | 'screen'): Promise<MediaStream> {
  try {
    return await capture(what)
  } catch (error) {
    throw new Error(troubleWords(error), { cause: error })
  }
}

/** Begins to share what is open already, else asks the person first, as browsers do. */
export async function startShare(id: string, what: 'camera' | 'screen', open?: MediaStream): Promise<void> {
  stopShare(id)
  set(id, { state: 'asking', sent: 0, trouble: null })
  try {
    const media = open ?? (await capture(what))
    const video = Object.assign(document.createElement('video'), { srcObject: media, muted: true, playsInline: true })
    await video.play()
    run(id, media, video)
  } catch (error) {
    set(id, { state: 'failed', trouble: troubleWords(error) })
  }
}

/** Ends a share and lets go of the camera. */
export function stopShare(id: string): void {
  stops.get(id)?.()
  stops.delete(id)
  forget(id)
}

function giveUp(id: string, trouble: string): void {
  stopShare(id)
  set(id, { state: 'failed', trouble })
}

function run(id: string, media: MediaStream, video: HTMLVideoElement): void {
  let isOver = false
  let isEncoding = false
  let sent = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let socket: WebSocket | undefined
  const canvas = document.createElement('canvas')
  const connect = (): void => {
    socket = openPush(id)
    socket.onopen = () => set(id, { state: 'on-air', trouble: null })
    socket.onclose = ({ code }) => {
      if (isOver) return
      if (code === replacedCode) return giveUp(id, say('Another window has taken this camera over.'))
      set(id, { state: 'reconnecting', trouble: say('Heed does not take the pictures just now; trying again.') })
      retry = setTimeout(connect, 1500)
    }
  }
  const send = (): void => {
    if (
      isEncoding ||
      socket?.readyState !== WebSocket.OPEN ||
      socket.bufferedAmount > maxWaitingBytes ||
      video.videoWidth === 0
    )
      return
    isEncoding = true
    drawn(video, canvas).toBlob(
      (blob) => {
        isEncoding = false
        if (!blob || isOver || socket?.readyState !== WebSocket.OPEN) return
        socket.send(blob)
        if (++sent % framesPerSecond === 1) set(id, { sent })
      },
      'image/jpeg',
      0.75,
    )
  }
  const stopTicking = tickEvery(1000 / framesPerSecond, send)
  stops.set(id, () => {
    isOver = true
    stopTicking()
    clearTimeout(retry)
    socket?.close()
    for (const track of media.getTracks()) track.stop()
  })
  media.getVideoTracks()[0]?.addEventListener('ended', () => stopShare(id))
  connect()
}

/** A worker's timer: a page in the background would be slowed to one picture a second or less. */
function tickEvery(ms: number, work: () => void): () => void {
  const address = URL.createObjectURL(
    new Blob([`setInterval(() => postMessage(0), ${ms})`], { type: 'text/javascript' }),
  )
  const worker = new Worker(address)
  worker.onmessage = work
  return () => {
    worker.terminate()
    URL.revokeObjectURL(address)
  }
}
