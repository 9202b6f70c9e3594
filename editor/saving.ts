// Saves the open flow by itself and never loses work: every change lies in a backup until the server has it, an unreachable
// server is asked again for ever, and a newer version on the server stops saving until a person has chosen.
import type { Flow } from '../nodes/contract/flow.ts'
import { ApiError } from './api.ts'
import type { StoredFlow } from './views.ts'

export type SaveState =
  | { kind: 'saved' }
  | { kind: 'unsaved' }
  | { kind: 'saving' }
  | { kind: 'offline'; message: string }
  | { kind: 'refused'; message: string }
  | { kind: 'conflict'; theirs: StoredFlow }

export interface Draft {
  revision: number
  document: Flow
}

export interface SaverDeps {
  save(document: Flow, revision: number): Promise<StoredFlow>
  load(): Promise<StoredFlow>
  backup: { write(draft: Draft): void; clear(): void }
  /** Runs `work` after `ms`; returns the way to call it off. */
  later(work: () => void, ms: number): () => void
  onState(state: SaveState): void
  /** The server's own version of exactly the document on screen. */
  onStored(stored: StoredFlow): void
}

const quietMs = 700

/** saved → (change) unsaved → saving → saved | offline (tries again) | conflict (waits for choose) | refused (waits for a change). */
export class FlowSaver {
  readonly #deps: SaverDeps
  #revision: number
  #document: Flow
  #stored: Flow
  #state: SaveState = { kind: 'saved' }
  #cancel: () => void = () => {}
  #running: Promise<void> | null = null
  #tries = 0
  #closed = false

  constructor(deps: SaverDeps, stored: StoredFlow) {
    this.#deps = deps
    this.#revision = stored.revision
    this.#document = stored.document
    this.#stored = stored.document
  }

  get state(): SaveState {
    return this.#state
  }
  get revision(): number {
    return this.#revision
  }
  get isSaved(): boolean {
    return this.#state.kind === 'saved'
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

  /** Saves now; true when the server has everything. */
  async flush(): Promise<boolean> {
    for (let round = 0; round < 5 && this.#document !== this.#stored; round++) {
      await (this.#running ?? this.#save())
      if (this.#state.kind === 'conflict' || this.#state.kind === 'offline' || this.#state.kind === 'refused')
        return false
    }
    return this.#document === this.#stored
  }

  /** Ends a conflict: `mine` is saved over theirs, which stays in the revisions; `theirs` replaces what is on screen. */
  async choose(side: 'mine' | 'theirs'): Promise<void> {
    if (this.#state.kind !== 'conflict') return
    const theirs = this.#state.theirs
    this.#revision = theirs.revision
    if (side === 'mine') return this.#save()
    this.#document = theirs.document
    this.#stored = theirs.document
    this.#deps.backup.clear()
    this.#set({ kind: 'saved' })
    this.#deps.onStored(theirs)
  }

  /** Offers a draft from an earlier visit: continued when nothing newer is stored, else both are offered. */
  resume(draft: Draft): void {
    this.#document = draft.document
    if (draft.revision === this.#revision) return void this.#save()
    this.#set({ kind: 'conflict', theirs: { id: '', revision: this.#revision, document: this.#stored } })
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
      if (this.#document !== sent) return this.#continue()
      this.#deps.backup.clear()
      this.#stored = stored.document
      this.#document = stored.document
      this.#set({ kind: 'saved' })
      this.#deps.onStored(stored)
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
        return this.#set({ kind: 'conflict', theirs: await this.#deps.load() })
      } catch {
        return this.#retry('Heed has a newer version of this flow and could not be reached to show it.')
      }
    }
    const isRefused = status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429
    if (isRefused) return this.#set({ kind: 'refused', message })
    this.#retry(message)
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
