// `npm run bench`: measures this machine, prints one table and writes it as JSON into the data folder. Never part of the tests.
// With arguments, only the areas they name: those of the table below.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../runtime/config.ts'
import { benchCameras } from './cameras.ts'
import { benchCanvas } from './canvas.ts'
import { benchCodec } from './codec.ts'
import { benchCompiler } from './compile.ts'
import { benchFalls } from './falls.ts'
import { benchHistory } from './history.ts'
import { benchImports } from './imports.ts'
import { benchLanes } from './lanes.ts'
import { benchLatency } from './latency.ts'
import { benchNodeRed } from './node-red.ts'
import { benchPages } from './pages.ts'
import { benchRehearsals } from './rehearsals.ts'
import { tableOf, type Row } from './row.ts'
import { benchSpeech } from './speech.ts'
import { benchStreams } from './streams.ts'

const areas: Record<string, () => Promise<Row[]>> = {
  compile: benchCompiler,
  import: benchImports,
  engine: benchStreams,
  delivery: benchLatency,
  lanes: benchLanes,
  speech: benchSpeech,
  adacodec: benchCodec,
  camera: benchCameras,
  falls: benchFalls,
  rehearsals: benchRehearsals,
  'node-red': benchNodeRed,
  pages: benchPages,
  history: benchHistory,
  canvas: benchCanvas,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in areas))
if (unknown.length > 0) {
  process.stderr.write(`There is no area "${unknown.join(', ')}". Choose from: ${Object.keys(areas).join(', ')}.\n`)
  process.exit(1)
}
const rows: Row[] = []
for (const [name, measure] of Object.entries(areas)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`Measuring: ${name}…\n`)
  rows.push(...(await measure()))
}
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`
process.stdout.write(`${machine}\n\n${tableOf(rows)}\n`)
const folder = join(readConfig().dataDir, 'bench')
await mkdir(folder, { recursive: true })
const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`)
await writeFile(file, `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`)
process.stdout.write(`\nWritten to ${file}\n`)
process.exit(0)
