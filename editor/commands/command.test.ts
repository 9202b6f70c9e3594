import { describe, expect, it } from 'vitest'
import { keepClip, parseClip, wholeClip } from './clipboard.ts'
import { commands } from './all.ts'
import { isPressed } from './command.ts'
import { useLive } from '../live.ts'
import { useFlow } from '../store.ts'
import { isForeignText } from '../sharing/sharing-store.ts'
import { stop } from './stop.ts'

const press = (key: string, mods: { ctrl?: boolean; shift?: boolean } = {}) => ({
  key,
  ctrlKey: mods.ctrl ?? false,
  metaKey: false,
  shiftKey: mods.shift ?? false,
  altKey: false,
})

describe('commands', () => {
  it('knows its keys apart', () => {
    expect(isPressed('mod+z', press('z', { ctrl: true }))).toBe(true)
    expect(isPressed('mod+z', press('Z', { ctrl: true, shift: true }))).toBe(false)
    expect(isPressed('mod+shift+z', press('Z', { ctrl: true, shift: true }))).toBe(true)
    expect(isPressed('delete', press('Delete'))).toBe(true)
    expect(isPressed('delete', press('Delete', { ctrl: true }))).toBe(false)
  })

  it('gives no two commands the same keys', () => {
    const keys = commands.flatMap((command) => command.shortcuts)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('stops what runs and what has failed, which is meant to run until somebody says otherwise', () => {
    useFlow.setState({ id: 'hall' })
    const canStop = (['running', 'degraded', 'failed', 'stopped', 'finished'] as const).filter((state) => {
      useLive.setState({ status: { hall: { state, deployment: null, streams: [], receivers: [] } } })
      return stop.isEnabled()
    })
    expect(canStop).toEqual(['running', 'degraded', 'failed'])
  })

  it('pastes clips and whole flows, and nothing else', () => {
    const node = { id: 'a', type: 't', version: 1, position: { x: 0, y: 0 }, config: {}, note: 'kept' }
    expect(
      parseClip(JSON.stringify({ format: 'heed.flow/1', name: 'x', nodes: [node], wires: [] }))?.nodes[0],
    ).toMatchObject({ note: 'kept' })
    expect([
      parseClip('hello'),
      parseClip('{"nodes":[]}'),
      parseClip(JSON.stringify({ format: 'heed.clip/1', nodes: [{ id: '../' }], wires: [] })),
    ]).toEqual([null, null, null])
  })

  it('lets no password travel: the clipboard has none, the own flow gets it back, and a mark from elsewhere is no promise', () => {
    const camera = (url: string) => ({
      id: 'a',
      type: 't',
      version: 1,
      position: { x: 0, y: 0 },
      config: { url, headers: { Authorization: 'Bearer abcdef123456' }, note: 'the password is Hunter22' },
    })
    const clip = { format: 'heed.clip/1' as const, nodes: [camera('rtsp://me:Hunter22@10.0.0.7/s')], wires: [] }
    const text = keepClip(clip, 'hall', true)
    expect(text).not.toMatch(/Hunter22|abcdef123456/)
    expect(text).toContain('10.0.0.7/s')
    expect(wholeClip(text, 'hall')).toEqual(clip)
    expect(wholeClip(text, 'another')).toBeNull()
    expect(
      parseClip(JSON.stringify({ ...clip, nodes: [camera('rtsp://***@10.0.0.7/s')] }))?.nodes[0]?.config,
    ).toMatchObject({ url: 'rtsp://10.0.0.7/s' })
  })

  it('knows a flow of another program from other JSON', () => {
    const part = { id: '1', type: 'inject', wires: [[]] }
    for (const foreign of [[part], { rev: '1', flows: [part] }, { id: 't', label: 'Door', nodes: [part], configs: [] }])
      expect(isForeignText(JSON.stringify(foreign))).toBe(true)
    for (const other of [[], [1], {}, { nodes: [] }, { format: 'heed.flow/1', nodes: [part] }, { a: 1 }])
      expect(isForeignText(JSON.stringify(other))).toBe(false)
    expect(isForeignText('[not json')).toBe(false)
  })
})
