// Between Heed's messages and the nodes "heed in" and "heed out" inside Node-RED: who waits for an answer, and whether all that
// hangs on a message is done. Keeps nothing on disk: what was not finished is asked again by Heed.
'use strict'

const { randomUUID } = require('node:crypto')

const mostClosed = 10_000
/** Flows that cannot be read never start; the editor is there all the same, to mend them. */
const flowsLimitMs = 10_000

/** What is still at work for one message, by node: sent to it and not there yet, and received and not done. */
class Work {
  #sent = new Map()
  #busy = new Map()
  /** The nodes that have it, as they were when they got it. */
  #held = new Map()

  static #add(map, id, by) {
    const count = (map.get(id) || 0) + by
    if (count > 0) map.set(id, count)
    else map.delete(id)
  }
  send(id) {
    Work.#add(this.#sent, id, 1)
  }
  receive(node, isToldWhenDone) {
    Work.#add(this.#sent, node.id, -1)
    if (!isToldWhenDone) return
    Work.#add(this.#busy, node.id, 1)
    this.#held.set(node.id, node)
  }
  finish(id) {
    Work.#add(this.#busy, id, -1)
    if (!this.#busy.has(id)) this.#held.delete(id)
  }
  get isDone() {
    return this.#sent.size === 0 && this.#busy.size === 0
  }
  /** A node that had it is no longer the one that runs: a deploy has thrown it away. */
  isLost(running) {
    return this.#sent.size > 0 || [...this.#held].some(([id, node]) => running(id) !== node)
  }
}

/** What Heed can take of a message: words and fields. Throws when it is neither. */
function toHeed(msg) {
  const { payload } = msg
  if (Buffer.isBuffer(payload)) throw new Error('Heed takes words, not a Buffer. Put text into msg.payload.')
  const topic = typeof msg.topic === 'string' && msg.topic !== '' ? { topic: msg.topic } : {}
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
    const { text, ...fields } = payload
    const plain = JSON.parse(JSON.stringify(fields))
    return { text: typeof text === 'string' ? text : JSON.stringify(plain), fields: { ...topic, ...plain } }
  }
  if (Array.isArray(payload)) return { text: JSON.stringify(payload), fields: topic }
  return { text: payload === undefined || payload === null ? '' : String(payload), fields: topic }
}

/** The nodes that a message from `id` may come to, by the wires, links, subflows and catches of the running flows. */
function reachable(id, configs) {
  const byId = new Map(configs.map((config) => [config.id, config]))
  const seen = new Set()
  const next = [id]
  while (next.length > 0) {
    const config = byId.get(next.pop())
    if (!config || seen.has(config.id)) continue
    seen.add(config.id)
    next.push(...(config.wires || []).flat())
    if (config.type === 'link out' || config.type === 'link call') next.push(...(config.links || []))
    if (config.type.startsWith('subflow:')) {
      const inside = config.type.slice('subflow:'.length)
      next.push(...configs.filter((each) => each.z === inside).map((each) => each.id))
    }
    for (const each of configs) {
      if (each.z === config.z && (each.type === 'catch' || each.type === 'complete')) next.push(each.id)
    }
  }
  return [...seen].map((each) => byId.get(each))
}

function createBridge(RED, tell) {
  const entries = new Map()
  const exits = new Map()
  const asks = new Map()
  const closed = new Set()
  const given = new Map()
  /** Asked for while flows are being started, and asked again once they run. */
  let early = []
  let isStarted = false
  let halted
  let failing
  let current

  const remember = (id) => {
    closed.add(id)
    if (closed.size > mostClosed) closed.delete(closed.values().next().value)
  }
  const settle = (id, result) => {
    if (!asks.delete(id)) return false
    remember(id)
    tell({ type: 'asked', id, ...result })
    return true
  }
  const look = (id) => {
    const ask = asks.get(id)
    if (ask && ask.isOut && !ask.answers && ask.work.isDone) settle(id, { became: 'done' })
  }

  const describe = () => {
    const tabs = new Map()
    const configs = []
    RED.nodes.eachNode((config) => configs.push(config))
    for (const config of configs) if (config.type === 'tab') tabs.set(config.id, config.label)
    const nameOf = ({ node, name }) => ({ id: node.id, name, tab: tabs.get(node.z) || '' })
    for (const entry of entries.values())
      entry.answers = reachable(entry.node.id, configs).some(
        ({ type, answers }) => type === 'heed-out' && answers !== false,
      )
    tell({
      type: 'nodes',
      entries: [...entries.values()].map((entry) => ({ ...nameOf(entry), answers: entry.answers })),
      exits: [...exits.values()].map(nameOf),
    })
  }

  let becomeReady
  const ready = new Promise((resolve) => {
    becomeReady = resolve
  })
  const begin = () => {
    describe()
    becomeReady()
    for (const asked of early.splice(0)) ask(asked)
  }
  const start = () => {
    isStarted = true
    halted = undefined
    // What a deploy has thrown away on its way is asked again by Heed.
    for (const [id, { work }] of [...asks])
      if (work.isLost((node) => RED.nodes.getNode(node))) settle(id, { became: 'lost' })
    begin()
  }

  const ask = (asked) => {
    if (!isStarted && halted === undefined) return early.push(asked)
    const { id, entry: name, message } = asked
    if (!isStarted) return tell({ type: 'asked', id, became: 'threw', text: halted })
    const named = [...entries.values()].filter((entry) => entry.name === name || entry.node.id === name)
    const [entry] = named
    if (!entry) return tell({ type: 'asked', id, became: 'gone' })
    if (named.length > 1) return tell({ type: 'asked', id, became: 'twice' })
    closed.delete(id)
    const made = { work: new Work(), answers: entry.answers, isOut: false }
    asks.set(id, made)
    tell({ type: 'took', id, answers: entry.answers })
    const { text, ...heed } = message
    entry.node.send({ _msgid: id, topic: message.flow.name, payload: text, heed })
    made.isOut = true
    look(id)
  }

  const give = (name, answers, msg) => {
    const content = toHeed(msg)
    if (answers && settle(msg._msgid, { became: 'answered', ...content })) return Promise.resolve('answered')
    if (answers && closed.has(msg._msgid)) return Promise.resolve('late')
    const id = randomUUID()
    return new Promise((resolve, reject) => {
      given.set(id, { resolve, reject })
      tell({ type: 'given', id, exit: name, ...content })
    })
  }

  /** Told of every error that nothing catches. */
  const hearLog = (entry) => {
    if (entry.id === undefined) return
    const found =
      failing && failing.node === entry.id ? failing : current && current.node === entry.id ? current : undefined
    const words = entry.msg && entry.msg.message ? entry.msg.message : String(entry.msg)
    if (found) settle(found.ask, { became: 'threw', text: words.slice(0, 500) })
  }

  const watch = () => {
    RED.hooks.add('onSend.heed', (events) => {
      for (const { msg, destination } of events) {
        const found = asks.get(msg._msgid)
        if (found) found.work.send(destination.id)
      }
    })
    RED.hooks.add('onReceive.heed', ({ msg, destination: { id, node } }) => {
      const found = asks.get(msg._msgid)
      current = found ? { node: id, ask: msg._msgid } : undefined
      if (found) found.work.receive(node, node._expectedDoneCount > 0)
    })
    RED.hooks.add('postReceive.heed', ({ msg }) => {
      current = undefined
      look(msg._msgid)
    })
    RED.hooks.add('onComplete.heed', ({ msg, error, node }) => {
      const id = msg && msg._msgid
      const found = asks.get(id)
      if (!found) return
      found.work.finish(node.id)
      if (error) {
        // What catches it is asked right after this; whether anything did is seen by the log.
        failing = { node: node.id, ask: id }
        queueMicrotask(() => {
          failing = undefined
          look(id)
        })
      } else look(id)
    })
    setTimeout(becomeReady, flowsLimitMs).unref()
    RED.events.on('flows:stopping', () => {
      isStarted = false
      halted = undefined
    })
    RED.events.on('flows:started', start)
    RED.events.on('runtime-event', ({ id, payload }) => {
      if (id !== 'runtime-state' || !payload || payload.error !== 'missing-types') return
      halted = `Its flows do not run: these nodes are not installed: ${(payload.types || []).join(', ')}.`
      isStarted = false
      begin()
    })
  }

  process.on('message', (message) => {
    if (message.type === 'ask') ask(message)
    if (message.type === 'forget' && asks.delete(message.id)) remember(message.id)
    const waiting = message.type === 'received' ? given.get(message.id) : undefined
    if (!waiting) return
    given.delete(message.id)
    if (message.error === undefined) waiting.resolve(message.heard > 0 ? 'sent' : 'unheard')
    else waiting.reject(new Error(message.error))
  })

  return {
    watch,
    ready,
    hearLog,
    openEntry: (node, name) => {
      entries.set(node.id, { node, name, answers: false })
      return () => entries.delete(node.id)
    },
    openExit: (node, name, answers) => {
      exits.set(node.id, { node, name })
      return { give: (msg) => give(name, answers, msg), close: () => exits.delete(node.id) }
    },
  }
}

module.exports = { createBridge }
