// How each card stands while its cameras do this and that: nothing behind a dead camera is called fine.
import { describe, expect, it } from 'vitest'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { buildFlow } from '../../test/support/build-flow.ts'
import { editorTypes } from '../../test/support/editor-types.ts'
import { standings } from './standing.ts'

type Told = Partial<Pick<StreamStatus, 'state' | 'nodes'>> & { camera?: string; id?: string }

function stream(source: string, { state = 'running', nodes = {}, camera, id = source }: Told = {}): StreamStatus {
  return {
    id,
    source,
    state,
    reason: null,
    ticks: 1,
    decisions: { silence: 1, response: 0, delegate: 0 },
    dropped: 0,
    tickMs: { p50: 1, p95: 1 },
    visualTokens: { sent: 0, fullRate: 0 },
    lastFrameAt: null,
    nodes,
    ...(camera
      ? {
          camera: {
            state: camera as NonNullable<StreamStatus['camera']>['state'],
            since: '2026-11-28T08:00:00.000Z',
            text: camera,
            newestPictureAgeS: 2400,
            everyS: 1,
            decoderLines: 0,
          },
        }
      : {}),
  }
}

const room = (): ReturnType<typeof buildFlow> =>
  buildFlow()
    .node('cam', 'camera-source')
    .node('model', 'interaction-model')
    .node('pause', 'cooldown')
    .node('tell', 'notification')
    .wire('cam.frames', 'model.frames')
    .wire('model.response', 'pause.message')
    .wire('pause.message', 'tell.message')

function stand(flow: Flow, streams: StreamStatus[], ...unreached: string[]): object {
  const all = standings(flow, editorTypes(), streams, (node) => unreached.includes(node))
  return Object.fromEntries(
    [...all].map(([id, { state, waitsFor }]) => [id, waitsFor === null ? state : `${state} ${waitsFor}`]),
  )
}

const allOf = (state: string): object => ({ cam: state, model: state, pause: state, tell: state })

describe('standings', () => {
  it('are fine while pictures come', () => {
    expect(stand(room().build(), [stream('cam')])).toEqual(allOf('running'))
    expect(stand(room().build(), [])).toEqual({})
  })

  it.each([
    ['its stream failed', { state: 'failed' }, 'failed'],
    ['nothing comes from it', { state: 'degraded', camera: 'gone' }, 'degraded'],
    ['it stands still', { state: 'degraded', camera: 'stalled' }, 'degraded'],
    ['it refuses the password', { state: 'degraded', camera: 'refused' }, 'degraded'],
  ] as const)('wait for the camera when %s, down to the last card', (_why, told, own) => {
    expect(stand(room().build(), [stream('cam', told)])).toEqual({ ...allOf('waiting cam'), cam: own })
  })

  it('follow a camera that begins, was stopped, or is at its end', () => {
    expect(stand(room().build(), [stream('cam', { state: 'starting' })])).toEqual(allOf('starting'))
    expect(stand(room().build(), [stream('cam', { state: 'stopped' })])).toEqual(allOf('stopped'))
    expect(stand(room().build(), [stream('cam', { state: 'finished' })])).toEqual(allOf('finished'))
  })

  it('are fine behind a slow camera, and behind one that is in other trouble', () => {
    const slow = [stream('cam', { state: 'degraded', camera: 'slow' })]
    expect(stand(room().build(), slow)).toEqual({ ...allOf('running'), cam: 'degraded' })
  })

  it('wait for a model that does not answer', () => {
    const deaf = [stream('cam', { nodes: { model: { text: 'does not answer', tone: 'bad' } } })]
    expect(stand(room().build(), deaf)).toEqual({
      ...{ cam: 'running', model: 'degraded', pause: 'waiting model', tell: 'waiting model' },
    })
  })

  it('keep trouble of their own: an action whose receiver is gone does not only wait', () => {
    const dead = [stream('cam', { state: 'failed' })]
    expect(stand(room().build(), dead, 'tell')).toMatchObject({ pause: 'waiting cam', tell: 'degraded' })
    expect(stand(room().build(), [stream('cam')], 'tell')).toMatchObject({ pause: 'running', tell: 'degraded' })
  })

  it('are fine while another camera, or another stream of the same card, still gives pictures', () => {
    const two = room().node('yard', 'camera-source').wire('yard.frames', 'model.frames').build()
    expect(stand(two, [stream('cam', { state: 'failed' }), stream('yard')])).toEqual({
      ...allOf('running'),
      ...{ cam: 'failed', yard: 'running' },
    })
    const wall = [stream('cam', { id: 'a', state: 'degraded', camera: 'gone' }), stream('cam', { id: 'b' })]
    expect(stand(room().build(), wall)).toEqual({ ...allOf('running'), cam: 'degraded' })
  })
})
