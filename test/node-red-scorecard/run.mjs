// `node test/node-red-scorecard/run.mjs`: node-red-dev validate on @heed/node-red as npm packs it. The two servers that it asks (which
// nodes there are, which Node-RED is current) are answered on loopback, so that the same tree always gets the same card. Ends with 77 where
// the validator itself cannot be had.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '..', '..')
const tool = join(here, 'node_modules', 'node-red-dev', 'bin', 'run')
const nodeRed = JSON.parse(readFileSync(join(root, 'node_modules', 'node-red', 'package.json'), 'utf8'))

/** A package of somebody else, with a node called like one of ours: the validator must say so. */
const twin = { id: 'node-red-contrib-twin', types: ['heed-ask'] }
const catalogue = 'https://catalogue.nodered.org/catalogue.json'
const registry = 'https://registry.npmjs.org/node-red'

function answersWith(modules) {
  return {
    [catalogue]: { modules },
    [registry]: {
      'dist-tags': { latest: nodeRed.version },
      versions: { [nodeRed.version]: { engines: nodeRed.engines } },
    },
  }
}

function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}.`))))
  })
}

/** The scorecard of the package in `folder`, where the catalogue holds these modules. */
async function validate(folder, modules) {
  const answers = answersWith(modules)
  const unknown = []
  // As a proxy: the validator sends it whole addresses.
  const server = createServer((request, response) => {
    const answer = answers[request.url]
    if (!answer) unknown.push(request.url)
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
  })
  server.on('connect', (request, socket) => {
    unknown.push(request.url)
    socket.destroy()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = `http://127.0.0.1:${server.address().port}`
  const env = { ...process.env, NO_PROXY: '', no_proxy: '' }
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) env[name] = proxy
  const output = join(folder, 'card.json')
  try {
    await run(process.execPath, [tool, 'validate', '--path', join(folder, 'package'), '--output', output], { env })
  } finally {
    server.close()
  }
  if (unknown.length > 0) throw new Error(`The validator asked for what is not answered here: ${unknown.join(', ')}`)
  return JSON.parse(readFileSync(output, 'utf8'))
}

const failedOn = (card) =>
  Object.entries(card).flatMap(([name, { test }]) => (name !== 'package' && test !== true ? [name] : []))

if (!existsSync(tool))
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here }).catch(
    () => {
      process.stdout.write('skipped: the scorecard needs the validator of Node-RED, which npm could not bring\n')
      process.exit(77)
    },
  )
const folder = mkdtempSync(join(tmpdir(), 'heed-node-red-scorecard-'))
try {
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(root, 'nodes', 'node-red') })
  const [tarball] = readdirSync(folder)
  await run('tar', ['-xzf', join(folder, tarball), '-C', folder])
  const card = await validate(folder, [{ id: 'node-red-dashboard', types: ['ui_button'] }])
  const rules = Object.keys(card).filter((name) => name !== 'package')
  if (rules.length < 10) throw new Error(`Only ${rules.length} rules were looked at.`)
  const failed = failedOn(card)
  if (failed.length > 0) throw new Error(`@heed/node-red does not pass ${failed.join(', ')}.`)
  const beside = failedOn(await validate(folder, [twin]))
  if (beside.join() !== 'N01') throw new Error(`A node of the same name was not noticed: ${beside.join()}`)
  process.stdout.write(`node-red-dev validate: @heed/node-red passes all ${rules.length} rules\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
