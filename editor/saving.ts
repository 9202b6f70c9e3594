// Saves the open flow by itself and never loses work: every change lies in a backup until the server has it, an unreachable
// server is asked again for ever. A newer version on the server is merged with what is here; only where both changed the same value
// saving stops until a person has chosen.
import type { Flow } from '../nodes/contract/flow.ts'
import { ApiError } from './api.ts'
import { mergeFlows, type Conflict, type Side } from './graph/merge.ts'
import type { StoredFlow } from './views.ts'
import { say } from './words/say.ts'

/** What a save needs to know of a stored flow. */
export type SavedFlow = Pick<StoredFlow, 'id' | 'revision' | 'document'>

export type SaveState =
  | { kind: 'saved' }
  | { kind: 'unsaved' }
  | { kind: 'saving' }
  | { kind: 'offline'; message: string }
  | { kind: 'refused'; message: string }
  /** Somebody else has saved; what they made of it is being read. */
  | { kind: 'behind' }
  | { kind: 'conflict'; base: Flow; theirs: SavedFlow; conflicts: Conflict[] }

export interface Draft {
  revision: number
  document: Flow
}

export interface SaverDeps {
  save(document: Flow, revision: number): Promise<SavedFlow>
  load(): Promise<SavedFlow>
  /** What a revision was; undefined when it is not kept any more. */
  loadRevision(revision: number): Promise<SavedFlow | undefined>
  backup: { write(draft: Draft): void; clear(): void }
  /** Runs `work` after `ms`; returns the way to call it off. */
  later(work: () => void, ms: number): () => void
  onState(state: SaveState): void
  /** The server's own version of exactly the document on screen. */
  onStored(stored: SavedFlow): void
  /** What somebody else saved has come in: from `base` to `theirs`. `document` is what is on screen from now on. */
  onMerged(document: Flow, base: Flow, theirs: SavedFlow): void
}

const quietMs = 700
const readAgainMs = 2000

/**
 * saved → (change) unsaved → saving → saved | offline (tries again) | refused (waits for a change) | newer there: merged, and saving again,
 * or conflict (waits for choose). saved → (heard of a newer one) behind → saved.
 */
export class FlowSaver {
  readonly #deps: SaverDeps
  #revision: number
  #document: Flow
  #stored: Flow
  /** The server's own document of `#revision`: what both sides began with. */
  #base: Flow
  /** The newest revision that anybody spoke of. */
  #heard = 0
  #state: SaveState = { kind: 'saved' }
  #cancel: () => void = () => {}
  #running: Promise<void> | null = null
  #tries = 0
  #closed = false

  constructor(deps: SaverDeps, stored: SavedFlow) {
    this.#deps = deps
    this.#revision = stored.revision
    this.#document = stored.document
    this.#stored = stored.document
    this.#base = stored.document
  }

  get state(): SaveState {
    return this.#state
  }
  get revision(): number {
    return this.#revision
  }
  get isSaved(): boolean {
    return this.#state.kind === 'saved' || this.#state.kind === 'behind'
  }

  /** Takes a new version of the document. */
  changed(document: Flow): void {
    if (document === this.#document) return
    this.#document = document
    this.#deps.backup.write({ revision: this.#revision, document })
    if (this.#state.kind === 'conflict') return
    if (this.#state.kind !== 'offline') this.#set({ kind: 'unsaved' })
    if (!this.#running) this.#schedule(quietMs)
  }

  /** Somebody has saved this revision: read at once where nothing of one's own waits, merged with the next save where something does. */
  heard(revision: number): void {
    this.#heard = Math.max(this.#heard, revision)
    this.#catchUp()
  }

  /** Looks whether somebody has saved: after a while in which nobody could have told. */
  async look(): Promise<void> {
    if (this.#state.kind !== 'saved') return
    const { revision } = await this.#deps.load()
    this.heard(revision)
  }

  /** Saves now; true when the server has everything. */
  async flush(): Promise<boolean> {
    for (let round = 0; round < 5 && this.#document !== this.#stored; round++) {
      await (this.#running ?? this.#save())
      if (this.#state.kind === 'conflict' || this.#state.kind === 'offline' || this.#state.kind === 'refused')
        return false
    }
    return this.#document === this.#stored
  }

  /** Ends a conflict, for all of its values or each by its key. What only one side has changed is kept from both in any case. */
  async choose(side: Side | Readonly<Record<string, Side>>): Promise<void> {
    if (this.#state.kind !== 'conflict') return
    const { base, theirs, conflicts } = this.#state
    const choices = typeof side === 'string' ? Object.fromEntries(conflicts.map(({ key }) => [key, side])) : side
    this.#adopt(base, theirs, mergeFlows(base, this.#document, theirs.document, choices).flow)
    if (this.#document !== this.#stored) await this.#save()
  }

  /** Goes on with a draft of an earlier visit; what was saved since is merged with it. */
  async resume(draft: Draft): Promise<void> {
    this.#document = draft.document
    if (draft.revision === this.#revision) return this.#save()
    const theirs = { id: '', revision: this.#revision, document: this.#base }
    this.#set({ kind: 'unsaved' })
    const was = await this.#deps.loadRevision(draft.revision).catch(() => undefined)
    // Of what nobody remembers any more everything that differs is asked about.
    const base = was?.document ?? { ...theirs.document, nodes: [], wires: [], name: '' }
    this.#meet(base, theirs)
    if (this.#document !== this.#stored && this.#state.kind === 'unsaved') await this.#save()
  }

  /** No more saves from here; the backup stays for what was not saved. */
  close(): void {
    this.#closed = true
    this.#cancel()
  }

  #schedule(ms: number): void {
    this.#cancel()
    if (!this.#closed) this.#cancel = this.#deps.later(() => void this.#save(), ms)
  }

  #save(): Promise<void> {
    this.#cancel()
    this.#running ??= this.#put().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #put(): Promise<void> {
    const sent = this.#document
    if (this.#state.kind !== 'offline') this.#set({ kind: 'saving' })
    try {
      const stored = await this.#deps.save(sent, this.#revision)
      this.#tries = 0
      this.#revision = stored.revision
      this.#stored = sent
      this.#base = stored.document
      if (this.#document !== sent) return this.#continue()
      this.#deps.backup.clear()
      this.#stored = stored.document
      this.#document = stored.document
      this.#set({ kind: 'saved' })
      this.#deps.onStored(stored)
      this.#catchUp()
    } catch (error) {
      await this.#failed(error)
    }
  }

  #continue(): void {
    this.#deps.backup.write({ revision: this.#revision, document: this.#document })
    this.#set({ kind: 'unsaved' })
    this.#schedule(quietMs)
  }

  async #failed(error: unknown): Promise<void> {
    const status = error instanceof ApiError ? error.status : 0
    const message = error instanceof Error ? error.message : String(error)
    if (status === 409 || status === 412) {
      try {
        const theirs = await this.#deps.load()
        return this.#meet(this.#base, theirs)
      } catch {
        return this.#retry(say('Heed has a newer version of this flow and could not be reached to show it.'))
      }
    }
    const isRefused = status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429
    if (isRefused) return this.#set({ kind: 'refused', message })
    this.#retry(message)
  }

  /** Two versions that began with `base`: one, where they do not overlap. */
  #meet(base: Flow, theirs: SavedFlow): void {
    const { flow, conflicts } = mergeFlows(base, this.#document, theirs.document)
    if (conflicts.length > 0) return this.#set({ kind: 'conflict', base, theirs, conflicts })
    this.#adopt(base, theirs, flow)
  }

  #adopt(base: Flow, theirs: SavedFlow, merged: Flow): void {
    const isTheirs = JSON.stringify(merged) === JSON.stringify(theirs.document)
    this.#revision = theirs.revision
    this.#base = theirs.document
    this.#stored = theirs.document
    this.#document = isTheirs ? theirs.document : merged
    this.#tries = 0
    this.#deps.onMerged(this.#document, base, theirs)
    if (isTheirs) {
      this.#deps.backup.clear()
      this.#set({ kind: 'saved' })
      this.#deps.onStored(theirs)
    } else {
      this.#deps.backup.write({ revision: this.#revision, document: merged })
      this.#set({ kind: 'unsaved' })
      this.#schedule(0)
    }
  }

  /** Until what was heard of is here. What a person changes meanwhile is saved, and so merged. */
  #catchUp(): void {
    if (this.#closed || this.#state.kind !== 'saved' || this.#heard <= this.#revision) return
    this.#set({ kind: 'behind' })
    void this.#readNewer()
  }

  async #readNewer(): Promise<void> {
    try {
      const theirs = await this.#deps.load()
      if (this.#state.kind !== 'behind' || this.#closed) return
      this.#heard = theirs.revision
      this.#adopt(this.#base, theirs, theirs.document)
    } catch {
      if (!this.#closed) this.#cancel = this.#deps.later(() => void this.#readNewer(), readAgainMs)
    }
  }

  #retry(message: string): void {
    this.#set({ kind: 'offline', message })
    this.#schedule(Math.min(15_000, 1000 * 2 ** this.#tries++))
  }

  #set(state: SaveState): void {
    this.#state = state
    if (!this.#closed) this.#deps.onState(state)
  }
}
