// Which addresses are called while somebody types: whole ones alone.
import { expect, it } from 'vitest'
import { addressOf } from './CameraTest.tsx'

it.each([
  [{ kind: 'rtsp', url: 'rtsp://10.0.0.7/stream' }, 'rtsp://10.0.0.7/stream'],
  [{ kind: 'url', url: ' http://camera.local/video ' }, 'http://camera.local/video'],
  [{ kind: 'url', url: 'http://localhost:8080/a.mjpg' }, 'http://localhost:8080/a.mjpg'],
  [{ kind: 'url', url: 'http://came' }, null],
  [{ kind: 'rtsp', url: 'rtsp:/' }, null],
  [{ kind: 'rtsp', url: 'rtsp://someone:***@10.0.0.7/stream' }, null],
  [{ kind: 'file', path: 'clip.mp4' }, null],
])('%j', (config, address) => {
  expect(addressOf(config)).toBe(address)
})
