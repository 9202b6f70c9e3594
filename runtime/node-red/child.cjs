// The process in which Node-RED runs. It is told everything by its parent's first message, listens on loopback only, and answers
// nobody who does not know the parent's token. Must never read the environment for anything of Heed.
'use strict'

const { createServer } = require('node:http')
const { timingSafeEqual } = require('node:crypto')
const RED = require('node-red')
const { createBridge } = require('./child-bridge.cjs')
const { createStorage } = require('./child-storage.cjs')

const adminRoot = '/node-red'
const httpRoot = '/node-red-http'

/** Ends with its parent, whatever it is doing. */
process.on('disconnect', () => process.exit(0))

const tell = (message) => {
  if (process.connected) process.send(message, () => undefined)
}

process.on('uncaughtException', (error) => {
  const words = error && error.message ? error.message : String(error)
  process.send({ type: 'crashed', message: words.slice(0, 500) }, () => process.exit(1))
  setTimeout(() => process.exit(1), 500)
})

/** True for requests that come from Heed itself. */
function createGate(token) {
  const right = Buffer.from(token)
  return (request) => {
    const given = Buffer.from(String(request.headers['x-heed-token'] || ''))
    delete request.headers['x-heed-token']
    return given.length === right.length && timingSafeEqual(given, right)
  }
}

/** Strips the root that a request came under; undefined when it is not below it. */
function below(root, url) {
  if (!url.startsWith(root)) return undefined
  const rest = url.slice(root.length)
  return rest === '' || rest.startsWith('/') || rest.startsWith('?')
    ? rest.startsWith('/')
      ? rest
      : '/' + rest
    : undefined
}

function serve(inner, isHeed) {
  const server = createServer((request, response) => {
    if (!isHeed(request)) {
      response.writeHead(401).end()
      return
    }
    const admin = below(adminRoot, request.url)
    const node = below(httpRoot, request.url)
    if (admin === undefined && node === undefined) {
      response.writeHead(404).end()
      return
    }
    request.originalUrl = request.url
    request.url = admin === undefined ? node : admin
    ;(admin === undefined ? RED.httpNode : RED.httpAdmin)(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    // Nobody may take it, and a client that breaks off must not end the process.
    socket.on('error', () => undefined)
    if (!isHeed(request)) socket.destroy()
    else inner.emit('upgrade', request, socket, head)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
}

async function start({ token, userDir, nodesDir, credentialSecret, kept, language }) {
  const inner = createServer()
  const bridge = createBridge(RED, tell)
  RED.init(inner, {
    userDir,
    nodesDir,
    flowFile: 'flows.json',
    storageModule: createStorage(kept, tell),
    credentialSecret,
    httpAdminRoot: adminRoot,
    httpNodeRoot: httpRoot,
    disableEditor: false,
    lang: language,
    telemetry: { enabled: false, updateNotification: false },
    functionExternalModules: false,
    externalModules: { autoInstall: false, palette: { allowInstall: true, allowUpload: true } },
    editorTheme: {
      page: { title: 'Node-RED in Heed' },
      header: { title: 'Node-RED' },
      tours: false,
      projects: { enabled: false },
    },
    logging: {
      console: { level: 'warn', metrics: false, audit: false },
      heed: { level: 'error', metrics: false, audit: false, handler: () => bridge.hearLog },
    },
    heedBridge: bridge,
  })
  bridge.watch()
  await RED.start()
  // Flows are started behind its back; a message that came before them would find no entry.
  await bridge.ready
  return { port: await serve(inner, createGate(token)), version: RED.version().replace(/-git$/, '') }
}

process.once('message', (first) => {
  start(first).then(
    (made) => tell({ type: 'ready', ...made }),
    (error) => {
      process.send({ type: 'crashed', message: String(error && error.message).slice(0, 500) }, () => process.exit(1))
    },
  )
})
process.on('message', ({ type }) => {
  if (type === 'ping') tell({ type: 'pong', rssBytes: process.memoryUsage.rss() })
  if (type === 'stop')
    RED.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
})
