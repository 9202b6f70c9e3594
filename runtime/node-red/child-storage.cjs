// Where Node-RED keeps its flows and credentials: with Heed, so that whoever runs it next has them, and a copy in its own folder.
// What belongs to one machine (which nodes are installed, the library) stays in the folder alone.
'use strict'

const { createRequire } = require('node:module')
const { randomUUID } = require('node:crypto')

/** A deploy that Heed's database does not take fails in the editor, with the reason. */
function createKeeper(tell) {
  const waiting = new Map()
  process.on('message', (message) => {
    const found = message.type === 'kept' ? waiting.get(message.id) : undefined
    if (!found) return
    waiting.delete(message.id)
    if (message.error === undefined) found.resolve()
    else found.reject(new Error(message.error))
  })
  return (what, value) =>
    new Promise((resolve, reject) => {
      const id = randomUUID()
      waiting.set(id, { resolve, reject })
      tell({ type: 'keep', id, what, text: JSON.stringify(value) })
    })
}

/** `kept`: what Heed had when this process was started, as JSON. Credentials come to it encrypted, and stay so. */
function createStorage(kept, tell) {
  const fromNodeRed = createRequire(require.resolve('node-red'))
  const local = fromNodeRed('@node-red/runtime/lib/storage/localfilesystem')
  const keep = createKeeper(tell)
  const known = new Map(Object.entries(kept).map(([what, text]) => [what, JSON.parse(text)]))
  const get = async (what, read) => {
    if (known.has(what)) return structuredClone(known.get(what))
    const here = await read()
    // From before Heed kept them.
    if (here && Object.keys(here).length > 0) {
      await keep(what, here)
      known.set(what, structuredClone(here))
    }
    return here
  }
  const save = async (what, value, write) => {
    await keep(what, value)
    known.set(what, structuredClone(value))
    await write()
  }
  return {
    ...local,
    getFlows: () => get('flows', () => local.getFlows()),
    saveFlows: (flows, user) => save('flows', flows, () => local.saveFlows(flows, user)),
    getCredentials: () => get('credentials', () => local.getCredentials()),
    saveCredentials: (all) => save('credentials', all, () => local.saveCredentials(all)),
  }
}

module.exports = { createStorage }
