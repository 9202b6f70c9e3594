import { describe, expect, it } from 'vitest'
import type { Flow } from '../nodes/contract/flow.ts'
import { ApiError } from './api.ts'
import { emptyFlow } from './graph/edit.ts'
import { FlowSaver, type Draft, type SavedFlow, type SaveState } from './saving.ts'

/** A server with one flow, a backup, and timers that run when told to. */
function bench(first: Flow = emptyFlow('first')) {
  const server = { revision: 1, document: first, trouble: [] as ApiError[], saves: 0 }
  const states: SaveState['kind'][] = []
  const timers: { work: () => void; ms: number }[] = []
  const shown: { stored: SavedFlow[]; draft: Draft | null; merged: Flow[] } = { stored: [], draft: null, merged: [] }
  const saver = new FlowSaver(
    {
      save: async (document, revision) => {
        const error = server.trouble.shift()
        if (error) throw error
        if (revision !== server.revision) throw new ApiError(409, 'FLOW_REVISION_STALE', 'Stale.')
        server.saves++
        Object.assign(server, { revision: revision + 1, document })
        return { id: 'f', revision: server.revision, document }
      },
      load: async () => ({ id: 'f', revision: server.revision, document: server.document }),
      backup: {
        write: (draft) => {
          shown.draft = draft
        },
        clear: () => {
          shown.draft = null
        },
      },
      later: (work, ms) => {
        const timer = { work, ms }
        timers.push(timer)
        return () => {
          timers.splice(timers.indexOf(timer) >>> 0, 1)
        }
      },
      onState: (state) => states.push(state.kind),
      loadRevision: async () => undefined,
      onStored: (stored) => shown.stored.push(stored),
      onMerged: (document) => shown.merged.push(document),
    },
    { id: 'f', revision: 1, document: first },
  )
  const elapse = async (): Promise<number | undefined> => {
    const timer = timers.shift()
    timer?.work()
    for (let i = 0; i < 10; i++) await Promise.resolve()
    return timer?.ms
  }
  return { server, states, saver, shown, elapse, timers }
}
const offline = (): ApiError => new ApiError(0, 'EDITOR_OFFLINE', 'Away.')

describe('saving by itself', () => {
  it('saves a moment after the last change, once', async () => {
    const { saver, server, elapse, states, shown, timers } = bench()
    saver.changed(emptyFlow('a'))
    saver.changed(emptyFlow('ab'))
    expect(shown.draft?.document.name).toBe('ab')
    expect(timers).toHaveLength(1)
    await elapse()
    expect([server.document.name, server.saves, shown.draft, states.at(-1)]).toEqual(['ab', 1, null, 'saved'])
  })

  it('tries again with growing pauses while the server is away, and keeps the backup', async () => {
    const { saver, server, elapse, shown, states } = bench()
    server.trouble = [offline(), offline(), new ApiError(503, 'DB_UNREACHABLE', 'Away.')]
    saver.changed(emptyFlow('mine'))
    expect([await elapse(), await elapse(), await elapse()]).toEqual([700, 1000, 2000])
    expect([shown.draft?.document.name, states.at(-1)]).toEqual(['mine', 'offline'])
    expect(await elapse()).toBe(4000)
    expect([server.document.name, shown.draft, states.at(-1)]).toEqual(['mine', null, 'saved'])
  })

  it('stops at a newer version and lets mine win when chosen', async () => {
    const { saver, server, elapse } = bench()
    Object.assign(server, { revision: 7, document: emptyFlow('theirs') })
    saver.changed(emptyFlow('mine'))
    await elapse()
    expect(saver.state).toMatchObject({ kind: 'conflict', theirs: { revision: 7, document: { name: 'theirs' } } })
    saver.changed(emptyFlow('mine, more'))
    expect(await saver.flush()).toBe(false)
    await saver.choose('mine')
    expect([server.document.name, server.revision, saver.state.kind]).toEqual(['mine, more', 8, 'saved'])
  })

  it('shows theirs when chosen', async () => {
    const { saver, server, elapse, shown } = bench()
    Object.assign(server, { revision: 7, document: emptyFlow('theirs') })
    saver.changed(emptyFlow('mine'))
    await elapse()
    await saver.choose('theirs')
    expect([shown.stored.at(-1)?.document.name, saver.revision, server.saves, shown.draft]).toEqual([
      'theirs',
      7,
      0,
      null,
    ])
  })

  it('merges what somebody else changed elsewhere in the flow, and saves both', async () => {
    const { saver, server, elapse, shown } = bench()
    Object.assign(server, { revision: 7, document: { ...emptyFlow('first'), description: 'theirs' } })
    saver.changed(emptyFlow('mine'))
    await elapse()
    expect(shown.merged).toEqual([{ ...emptyFlow('mine'), description: 'theirs' }])
    await elapse()
    expect([server.document, server.revision, saver.state.kind]).toEqual([
      { ...emptyFlow('mine'), description: 'theirs' },
      8,
      'saved',
    ])
  })

  it('keeping mine reverts nothing that only they changed', async () => {
    const { saver, server, elapse } = bench()
    Object.assign(server, { revision: 7, document: { ...emptyFlow('theirs'), description: 'theirs' } })
    saver.changed(emptyFlow('mine'))
    await elapse()
    expect(saver.state).toMatchObject({ conflicts: [{ key: '/name', mine: 'mine', theirs: 'theirs' }] })
    await saver.choose({ '/name': 'mine' })
    expect(server.document).toEqual({ ...emptyFlow('mine'), description: 'theirs' })
  })

  it('never says saved of what somebody else has saved over, and shows theirs where nothing waits here', async () => {
    const { saver, server, states, shown } = bench()
    Object.assign(server, { revision: 4, document: emptyFlow('theirs') })
    saver.heard(4)
    expect(states.at(-1)).toBe('behind')
    for (let i = 0; i < 10; i++) await Promise.resolve()
    expect([shown.stored.at(-1)?.document.name, saver.revision, states.at(-1)]).toEqual(['theirs', 4, 'saved'])
    saver.heard(3)
    expect(states.at(-1)).toBe('saved')
  })

  it('waits for a change when the document is refused', async () => {
    const { saver, server, elapse, timers } = bench()
    server.trouble = [new ApiError(422, 'FLOW_INVALID', 'The name is too long.')]
    saver.changed(emptyFlow('x'))
    await elapse()
    expect([saver.state, timers]).toEqual([{ kind: 'refused', message: 'The name is too long.' }, []])
    saver.changed(emptyFlow('y'))
    await elapse()
    expect(server.document.name).toBe('y')
  })

  it('flushes before a deploy, changes made meanwhile too', async () => {
    const { saver, server } = bench()
    saver.changed(emptyFlow('a'))
    const flushed = saver.flush()
    saver.changed(emptyFlow('b'))
    expect([await flushed, server.document.name, saver.isSaved]).toEqual([true, 'b', true])
  })

  it('goes on with the draft of an earlier visit, and offers both when the server moved on', async () => {
    const same = bench()
    void same.saver.resume({ revision: 1, document: emptyFlow('left behind') })
    for (let i = 0; i < 10; i++) await Promise.resolve()
    expect(same.server.document.name).toBe('left behind')
    const moved = bench()
    await moved.saver.resume({ revision: 0, document: emptyFlow('left behind') })
    expect(moved.saver.state).toMatchObject({ kind: 'conflict', theirs: { document: { name: 'first' } } })
  })
})
