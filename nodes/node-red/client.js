// Heed over HTTP, for all nodes of this package: requests with errors in Heed's own words, and one live feed that comes back by itself.
// Knows nothing of Node-RED, and keeps no timer after `close`.
'use strict'

const quietMs = 45_000
const firstPauseMs = 1_000
const longestPauseMs = 30_000
const requestMs = 15_000
const mostMissed = 2_000
const mostRemembered = 2 * mostMissed

/** An answer that was not the wanted one, in Heed's words. */
class HeedError extends Error {
  constructor(message, code, status) {
    super(message)
    this.name = 'HeedError'
    this.code = code
    this.status = status
  }
}

function unreachable(url, error) {
  const why = error?.cause?.code || error?.cause?.message || error?.message || String(error)
  return new HeedError(`Heed does not answer at ${url}: ${why}`, 'HEED_UNREACHABLE', 0)
}

/** Splits what a feed sends into its events. */
function createReader(onEvent) {
  let rest = ''
  return (text) => {
    const parts = (rest + text).split(/\r?\n\r?\n/)
    rest = parts.pop()
    for (const part of parts) {
      const event = { id: undefined, type: 'message', data: '' }
      for (const line of part.split(/\r?\n/)) {
        const [, name, value = ''] = /^([a-z]*):? ?(.*)$/.exec(line) || []
        if (name === 'id') event.id = value
        if (name === 'event') event.type = value
        if (name === 'data') event.data += value
      }
      if (event.data !== '') onEvent(event)
    }
  }
}

class HeedClient {
  #url
  #token
  #listeners = new Set()
  #closing = new AbortController()
  #isListening = false
  #lastId
  #newestAt
  #seen = new Set()
  #flows

  constructor({ url, token }) {
    this.#url = String(url || '').replace(/\/+$/, '')
    this.#token = token
  }

  get url() {
    return this.#url
  }

  /** The answer as JSON, or as a Buffer where it is no JSON. Throws HeedError. */
  async request(method, path, body) {
    if (!/^https?:\/\//.test(this.#url)) throw new HeedError('The address of Heed is missing.', 'HEED_ADDRESS', 0)
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(requestMs)])
    let response
    try {
      response = await fetch(this.#url + path, {
        method,
        signal,
        headers: {
          accept: 'application/json, image/jpeg',
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw unreachable(this.#url, error)
    }
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = (response.headers.get('content-type') || '').includes('json')
    const answer = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : bytes
    if (response.ok) return answer
    const { message, code } = (isJson && answer.error) || {}
    throw new HeedError(message || `Heed answered ${response.status}.`, code || 'HEED_REFUSED', response.status)
  }

  /** The id of a flow that is named by its id or its name. */
  async flowId(named) {
    const wanted = String(named || '').trim()
    if (wanted === '') throw new HeedError('No flow is named.', 'HEED_FLOW', 0)
    const find = (flows) => flows.find(({ id }) => id === wanted) || flows.find(({ name }) => name === wanted)
    const found = this.#flows && find(this.#flows)
    if (found) return found.id
    this.#flows = (await this.request('GET', '/api/flows')).flows
    const fresh = find(this.#flows)
    if (fresh) return fresh.id
    throw new HeedError(`Heed has no flow “${wanted.slice(0, 80)}”.`, 'HEED_FLOW', 404)
  }

  /** `listener.hear(message)` for every event; `listener.state('live' | 'away', why)`. Gives back how to end it. */
  listen(listener) {
    this.#listeners.add(listener)
    if (!this.#isListening) {
      this.#isListening = true
      void this.#keepListening()
    }
    return () => this.#listeners.delete(listener)
  }

  close() {
    this.#listeners.clear()
    this.#closing.abort()
  }

  #tell(what, ...rest) {
    for (const listener of this.#listeners) listener[what](...rest)
  }

  async #keepListening() {
    let failures = 0
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listenOnce(() => {
          failures = 0
        })
      } catch (error) {
        if (this.#closing.signal.aborted) return
        failures += 1
        this.#tell('state', 'away', error.message)
      }
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(10, Math.max(0, failures - 1)))
      await this.#pause(pauseMs * (0.75 + Math.random() * 0.25))
    }
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#closing.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  async #listenOnce(onOpen) {
    const quiet = new AbortController()
    let timer
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => quiet.abort(new Error('it has been silent for too long')), quietMs)
    }
    try {
      wait()
      const response = await fetch(`${this.#url}/api/live`, {
        signal: AbortSignal.any([this.#closing.signal, quiet.signal]),
        headers: {
          accept: 'text/event-stream',
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId }),
        },
      }).catch((error) => {
        throw unreachable(this.#url, error)
      })
      if (!response.ok) {
        await response.body?.cancel()
        throw new HeedError(
          response.status === 401 ? 'Heed does not know this token.' : `Heed answered ${response.status}.`,
          'HEED_REFUSED',
          response.status,
        )
      }
      onOpen()
      this.#tell('state', 'live')
      if (this.#newestAt !== undefined) await this.#catchUp()
      // By Heed's clock: what happens from now on is not missed, even if nothing is heard before the line breaks.
      else this.#newestAt = new Date(response.headers.get('date') || Date.now()).toISOString()
      const read = createReader((event) => this.#hear(event))
      const decoder = new TextDecoder()
      for await (const chunk of response.body) {
        wait()
        read(decoder.decode(chunk, { stream: true }))
      }
      throw new HeedError('Heed has ended the live feed.', 'HEED_ENDED', 0)
    } finally {
      clearTimeout(timer)
    }
  }

  /** What happened while nobody listened: Heed itself may have been started again, and then knows no last id. */
  async #catchUp() {
    const missed = []
    for (let cursor = ''; cursor !== null && missed.length < mostMissed;) {
      const place = `from=${encodeURIComponent(this.#newestAt)}&cursor=${encodeURIComponent(cursor)}`
      const { events, next } = await this.request('GET', `/api/events?limit=100&${place}`)
      missed.push(...events)
      cursor = next ?? null
    }
    for (const event of missed.reverse())
      this.#pass({ flow: event.flow, event: { ...event, hasFrame: event.frame !== null } })
  }

  #hear({ id, type, data }) {
    if (id !== undefined) this.#lastId = id
    if (type === 'event') this.#pass(JSON.parse(data))
  }

  #pass(message) {
    const { id, at } = message.event
    if (this.#seen.has(id)) return
    this.#seen.add(id)
    if (this.#seen.size > mostRemembered) this.#seen.delete(this.#seen.values().next().value)
    if (this.#newestAt === undefined || at > this.#newestAt) this.#newestAt = at
    this.#tell('hear', message)
  }
}

/** What all nodes that send something to Heed do with a message: try, show how it went, and say so to Node-RED. */
function onInput(node, RED, act) {
  node.on('input', (msg, send, done) => {
    const { client } = node
    if (!client) {
      node.status({ fill: 'red', shape: 'ring', text: RED._('@heed/node-red/heed-server:heed-server.status.missing') })
      return done(new Error(RED._('@heed/node-red/heed-server:heed-server.error.missing')))
    }
    act(client, msg).then(
      (shown) => {
        node.status({ fill: 'green', shape: 'dot', text: shown })
        send(msg)
        done()
      },
      (error) => {
        node.status({ fill: 'red', shape: 'ring', text: RED._('@heed/node-red/heed-server:heed-server.status.failed') })
        done(error)
      },
    )
  })
}

/** The text of a message, or the one that the node is set to. */
function textOf(set, payload) {
  const text = set || (typeof payload === 'string' ? payload : payload === undefined ? '' : JSON.stringify(payload))
  if (text.trim() === '') throw new HeedError('There is no text: put it into msg.payload.', 'HEED_TEXT', 0)
  return text
}

module.exports = { HeedClient, HeedError, onInput, textOf }
