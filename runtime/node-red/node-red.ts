// The one Node-RED of this Heed: switched on and off by the owner, run by exactly one process at a time, started again with a growing
// pause when it ends. Switched off it is not loaded at all.
import { join } from 'node:path'
import type { Clock, Log, NodeRedAnswer, NodeRedHandOver, NodeRedPort } from '../../nodes/contract/capabilities.ts'
import type { StayingTab } from '../../nodes/contract/foreign-flows.ts'
import { ConflictError, FatalError, NotFoundError, toError } from '../../nodes/contract/errors.ts'
import { growingPauseMs } from '../growing-pause.ts'
import type { Bus } from '../live/index.ts'
import { away, type ChildOptions, type HandOver, type NodeRedChild } from './child.ts'
import { createRemote, type Remote } from './remote.ts'
import { askAdmin, missingTypes, type Door } from './proxy.ts'
import type { Asked, Given, Kept, NodeRedStatus, NodeRedStore, Switch } from './records.ts'

/** The process, as far as its supervisor goes. */
export type RunningChild = Pick<
  NodeRedChild,
  'ask' | 'ended' | 'memoryBytes' | 'port' | 'startMs' | 'stop' | 'token' | 'version'
>

export interface NodeRedDeps {
  store: NodeRedStore
  bus: Pick<Bus, 'publish' | 'subscribe'>
  clock: Clock
  log: Log
  random(): number
  newId(): string
  dataDir: string
  /** Where this process is reached, for who asks another one. */
  publicUrl: string
  credentialSecret: string
  /** By HEED_NODE_RED. */
  isForced: boolean
  /** Servers may run it; workers only hand over. */
  mayRun: boolean
  /** No other process can be alive: whoever held it before is dead. */
  isSole: boolean
  /** Resolves when its editor answers. Ends it at once when `signal` aborts, while it starts too. */
  startChild(options: ChildOptions, signal: AbortSignal): Promise<RunningChild>
  receive(given: Given): Promise<number>
  pictureUrl(eventId: string): string
}

const holdMs = 15_000
const renewMs = 5_000
/** Before the hold is over for the others, to end what runs here. */
const marginMs = 2_000
const steadyMs = 60_000
/** A start takes a second or two; what is handed over meanwhile waits for it. */
const patienceMs = 20_000
const switchFreshMs = 1_000
const off: Switch = { isOn: false, reachable: [] }

export class NodeRed implements NodeRedPort {
  readonly #deps: NodeRedDeps
  readonly #holder: string
  readonly #remote: Remote
  readonly #stopping = new AbortController()
  readonly #unsubscribe: () => void
  #switch: { set: Switch; readMs: number } | undefined
  #running: Promise<void> | undefined
  #child: RunningChild | undefined
  #wake = new AbortController()
  #waiting = new Set<() => void>()
  #status: NodeRedStatus = {
    isOn: false,
    isForced: false,
    state: 'off',
    reason: null,
    version: null,
    startMs: null,
    memoryBytes: null,
    crashes: 0,
    at: null,
    entries: [],
    exits: [],
    reachable: [],
  }

  constructor(deps: NodeRedDeps) {
    this.#deps = deps
    this.#holder = deps.newId()
    this.#status.isForced = deps.isForced
    this.#remote = createRemote({
      ...deps,
      self: this.#holder,
      serve: (over, waitMs, signal) => this.#child?.ask(over, waitMs, signal),
    })
    this.#unsubscribe = deps.bus.subscribe((message) => {
      if (message.type === 'node-red-switched' && message.by !== this.#holder)
        this.#follow().catch((error: unknown) =>
          deps.log.warn({ err: toError(error) }, 'whether Node-RED is switched on is not known'),
        )
    })
  }

  /** Runs it if it is switched on. Never waits for it to be ready. */
  async start(): Promise<void> {
    if (this.#deps.mayRun) await this.#follow()
  }

  async status(): Promise<NodeRedStatus> {
    const set = await this.#readSwitch()
    const isOn = set.isOn
    const own = { ...this.#status, isOn, reachable: set.reachable, memoryBytes: this.#child?.memoryBytes ?? null }
    if (!isOn || (this.#deps.mayRun && own.state !== 'elsewhere')) return own
    const held = await this.#deps.store.holder()
    if (!held) return { ...own, state: 'starting', reason: 'No process of this Heed runs it just now.' }
    return { ...held.status, isOn, isForced: this.#deps.isForced, reachable: set.reachable, at: held.url }
  }

  /** Throws ConflictError NODERED_HELD_ON. */
  async change(change: Partial<Switch>): Promise<NodeRedStatus> {
    if (this.#deps.isForced && change.isOn === false)
      throw new ConflictError(
        'NODERED_HELD_ON',
        'Node-RED is switched on by HEED_NODE_RED=on. Take that out of the settings Heed is started with, then start Heed again.',
      )
    const set = { ...((await this.#deps.store.readSwitch()) ?? off), ...change }
    await this.#deps.store.writeSwitch(set)
    this.#deps.bus.publish({ type: 'node-red-switched', by: this.#holder })
    await this.#follow()
    if (!set.isOn && !this.#deps.isForced) await this.#running
    return await this.status()
  }

  /** Where it listens, here. Throws when it does not. */
  door(): Door {
    const { state, reason } = this.#status
    if (this.#child && state === 'running') return { port: this.#child.port, token: this.#child.token }
    if (state === 'off') throw new NotFoundError('NODERED_OFF', 'Node-RED is switched off. Switch it on under System.')
    if (state === 'elsewhere')
      throw new ConflictError('NODERED_ELSEWHERE', 'Node-RED runs on another machine of this Heed. System says where.')
    throw away(reason ?? 'Node-RED is starting. Try again in a few seconds.')
  }

  /** Where the HTTP nodes listen, for a path that the owner has named. Throws NotFoundError for any other. */
  async doorFor(path: string): Promise<Door> {
    const { isOn, reachable } = await this.#readSwitch()
    if (!isOn || !reachable.includes(path))
      throw new NotFoundError('HTTP_NOT_FOUND', 'There is nothing at this address.')
    return this.door()
  }

  /** Adds a tab to its flows; gives the tab's id. Throws when it does not run here, and FatalError NODERED_TAB_REFUSED. */
  async addTab(tab: StayingTab): Promise<string> {
    const door = this.door()
    const missing = await missingTypes(door, [...tab.nodes, ...tab.configs])
    if (missing.length > 0)
      throw new FatalError(
        'NODERED_TAB_REFUSED',
        `Node-RED does not have these nodes: ${missing.join(', ').slice(0, 200)}. Install them in its palette first; without them none of its flows would run.`,
      )
    const answer = await askAdmin(door, 'POST', '/flow', tab)
    if (answer.status < 300) return (JSON.parse(answer.text) as { id: string }).id
    throw new FatalError('NODERED_TAB_REFUSED', `Node-RED does not take these parts: ${answer.text.slice(0, 200)}`)
  }

  async removeTab(id: string): Promise<void> {
    await askAdmin(this.door(), 'DELETE', `/flow/${encodeURIComponent(id)}`)
  }

  async hand(order: NodeRedHandOver, signal: AbortSignal): Promise<NodeRedAnswer> {
    if (!(await this.#readSwitch()).isOn)
      throw new FatalError('NODERED_OFF', 'Node-RED is switched off. Switch it on under System.')
    const { eventId } = order.message
    const { id, entry, waitMs } = order
    const pictureUrl = order.hasPicture ? { pictureUrl: this.#deps.pictureUrl(eventId) } : {}
    const over: HandOver = {
      id,
      entry,
      message: {
        text: order.message.text,
        id,
        attempt: order.attempt,
        eventId,
        at: order.message.at,
        flow: order.flow,
        node: order.message.source.node,
        stream: order.message.source.stream,
        ...(order.message.fields ? { fields: order.message.fields } : {}),
        ...pictureUrl,
      },
    }
    const child = await this.#runningHere(signal)
    return readAnswer(
      order,
      await (child ? child.ask(over, waitMs, signal) : this.#remote.ask(over, waitMs, signal)),
      this.#status.entries.map(({ name }) => name),
    )
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#unsubscribe()
    this.#remote.close()
    this.#wake.abort()
    await this.#child?.stop()
    await this.#running
  }

  async #readSwitch(): Promise<Switch> {
    const { clock, isForced, store } = this.#deps
    const isFresh = this.#switch && clock.nowMs() - this.#switch.readMs < switchFreshMs
    if (!this.#switch || !isFresh) this.#switch = { set: (await store.readSwitch()) ?? off, readMs: clock.nowMs() }
    const { set } = this.#switch
    return isForced ? { ...set, isOn: true } : set
  }

  /** Does what the switch says now. */
  async #follow(): Promise<void> {
    this.#switch = undefined
    const { isOn } = await this.#readSwitch()
    if (!this.#deps.mayRun || this.#stopping.signal.aborted) return
    if (!isOn) {
      this.#wake.abort()
      await this.#child?.stop()
      return
    }
    this.#running ??= this.#run()
      .catch((error: unknown) => this.#deps.log.error({ err: toError(error) }, 'Node-RED is not watched any more'))
      .finally(() => {
        this.#running = undefined
      })
  }

  /** Goes on while the database does not say: what runs must not be left without its supervisor. */
  async #isWanted(): Promise<boolean> {
    if (this.#stopping.signal.aborted) return false
    return await this.#readSwitch().then(
      ({ isOn }) => isOn,
      () => true,
    )
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#deps
    let attempt = 0
    this.#wake = new AbortController()
    const pause = (ms: number): Promise<void> => clock.sleep(ms, this.#wake.signal).catch(() => undefined)
    while (await this.#isWanted()) {
      const startedMs = clock.nowMs()
      if (!(await this.#takeHold())) {
        this.#say({ state: 'elsewhere', reason: null, entries: [], exits: [] })
        await pause(renewMs)
        continue
      }
      const reason = await this.#runOnce(startedMs)
      if (!(await this.#isWanted())) break
      attempt = clock.nowMs() - startedMs > steadyMs ? 1 : attempt + 1
      const pauseMs = growingPauseMs(attempt, 500, 60_000, random)
      this.#status.crashes += 1
      this.#deps.log.warn({ reason, pauseMs }, 'Node-RED ended; it starts again')
      this.#say({ state: 'waiting', reason: `${reason} It starts again in ${Math.ceil(pauseMs / 1000)} s.` })
      await pause(pauseMs)
    }
    this.#say({ state: 'off', reason: null, entries: [], exits: [], version: null, startMs: null })
    await this.#deps.store.release(this.#holder).catch(() => undefined)
  }

  /** From start to end, with the hold of `heldMs`; gives the reason. */
  async #runOnce(heldMs: number): Promise<string> {
    const { credentialSecret, dataDir, log, receive, startChild } = this.#deps
    const userDir = join(dataDir, 'node-red')
    this.#say({ state: 'starting', reason: this.#status.crashes > 0 ? this.#status.reason : null })
    const renewing = new AbortController()
    const lost = new AbortController()
    void this.#keepHold(heldMs, renewing.signal, (reason) => lost.abort(reason))
    // One that is not ready yet cannot be asked to stop.
    const giveUp = (): void => void (this.#child ?? lost.abort('Node-RED was switched off.'))
    this.#wake.signal.addEventListener('abort', giveUp, { once: true, signal: renewing.signal })
    try {
      const onNodes: ChildOptions['onNodes'] = ({ entries, exits }) => this.#say({ entries, exits })
      const kept = await this.#deps.store.readKept()
      const onKeep: ChildOptions['onKeep'] = (what, text) => this.#keep(what, text)
      const options: ChildOptions = { userDir, credentialSecret, log, kept, onKeep, onNodes, onGiven: receive }
      this.#child = await startChild(options, lost.signal)
      if (!(await this.#isWanted())) void this.#child.stop()
      const { startMs, version } = this.#child
      log.info({ startMs, version }, 'Node-RED is ready')
      this.#say({ state: 'running', reason: null, startMs, version })
      return await this.#child.ended
    } catch (error) {
      return toError(error).message
    } finally {
      renewing.abort()
      this.#child = undefined
    }
  }

  async #keep(what: keyof Kept, text: string): Promise<void> {
    if (!(await this.#deps.store.keep(this.#holder, what, text)))
      throw new ConflictError(
        'NODERED_ELSEWHERE',
        'Another machine of this Heed runs Node-RED now. Nothing was deployed.',
      )
  }

  /** Undefined when the database does not say. */
  async #takeHold(): Promise<boolean | undefined> {
    const { isSole, log, publicUrl, store } = this.#deps
    try {
      return await store.hold({ holder: this.#holder, url: publicUrl, status: this.#status }, holdMs, isSole)
    } catch (error) {
      log.warn({ err: toError(error) }, 'whether this process may run Node-RED is not known; asking again')
      return undefined
    }
  }

  /** A process that cannot renew its hold in time must end what it runs, or starts, before another one may begin. */
  async #keepHold(takenMs: number, signal: AbortSignal, lose: (reason: string) => void): Promise<void> {
    const { clock } = this.#deps
    const pause = (ms: number): Promise<void> => clock.sleep(ms, signal).catch(() => undefined)
    let heldMs = takenMs
    // Beside the renewing: a database that is asked may take longer to fail than the hold lasts.
    const watch = async (): Promise<void> => {
      for (;;) {
        const leftMs = heldMs + holdMs - marginMs - clock.nowMs()
        if (leftMs <= 0) return lose('Its hold on Node-RED could not be renewed in time.')
        await pause(leftMs)
        if (signal.aborted) return
      }
    }
    void watch()
    for (;;) {
      await pause(renewMs)
      if (signal.aborted) return
      const askedMs = clock.nowMs()
      const isHeld = await this.#takeHold()
      if (isHeld) heldMs = askedMs
      if (isHeld === false) return lose('Another process of this Heed runs Node-RED now.')
      if (!(await this.#isWanted())) void this.#child?.stop()
    }
  }

  #say(change: Partial<NodeRedStatus>): void {
    const before = this.#status.state
    this.#status = { ...this.#status, ...change }
    if (change.state === undefined && change.entries === undefined) return
    for (const wake of this.#waiting) wake()
    if (before === 'running' && this.#child && change.entries) void this.#takeHold()
  }

  /** The child, once it is ready; undefined when another process has it. Throws RetryableError NODERED_AWAY. */
  async #runningHere(signal: AbortSignal): Promise<RunningChild | undefined> {
    const { clock, mayRun } = this.#deps
    const untilMs = clock.nowMs() + patienceMs
    for (;;) {
      const { reason, state } = this.#status
      if (!mayRun || state === 'elsewhere') return undefined
      if (state === 'running' && this.#child) return this.#child
      const leftMs = untilMs - clock.nowMs()
      if (leftMs <= 0) throw away(reason ?? 'Node-RED has not started yet.')
      const changed = new AbortController()
      const wake = (): void => changed.abort()
      this.#waiting.add(wake)
      await clock.sleep(leftMs, AbortSignal.any([signal, changed.signal])).catch(() => undefined)
      this.#waiting.delete(wake)
      signal.throwIfAborted()
    }
  }
}

function readAnswer(order: NodeRedHandOver, asked: Asked, names: readonly string[]): NodeRedAnswer {
  const { entry, waitMs } = order
  switch (asked.became) {
    case 'answered':
      return { became: 'answered', text: asked.text, fields: asked.fields }
    case 'done':
    case 'taken':
      return { became: asked.became }
    case 'threw':
      throw new FatalError('NODERED_THREW', `Behind “${entry}” in Node-RED: ${asked.text}`)
    case 'lost':
      throw away('Somebody deployed in Node-RED while the message was on its way; it is handed over again.')
    case 'silent':
      throw new FatalError(
        'NODERED_NO_ANSWER',
        `Node-RED took the message at “${entry}”, and nothing came back within ${waitMs / 1000} s.`,
      )
    case 'twice':
      throw new FatalError(
        'NODERED_ENTRY_TWICE',
        `Two entries in Node-RED are called “${entry}”. Give one of them another name.`,
      )
    case 'gone': {
      const others = names.length > 0 ? ` There are ${names.slice(0, 10).join(', ')}.` : ''
      throw new FatalError(
        'NODERED_ENTRY_GONE',
        `There is no entry “${entry}” in Node-RED.${others} Choose another, or add a heed in of this name and deploy there.`,
      )
    }
  }
}
