// Builds the editor into editor/dist; in development serves it and hands /api on to a running Heed.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import type * as connections from './nodes/contract/connections.ts'
import type * as catalogue from './runtime/catalogue.ts'
import type * as kinds from './runtime/connections/kinds.ts'
import type * as described from './runtime/flows/node-type-routes.ts'

const server = `http://127.0.0.1:${process.env['HEED_PORT'] ?? '1890'}`

const { resolve } = createRequire(import.meta.url)
/** What editor/voice-detector.ts fetches when somebody opens the microphone. The libraries ask for them by these very names. */
const voice = {
  worklet: resolve('@ricky0123/vad-web/dist/vad.worklet.bundle.min.js'),
  model: resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx'),
}
const wasm = {
  code: resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
  loader: resolve('onnxruntime-web/ort-wasm-simd-threaded.mjs'),
}
const voiceFiles = [voice.worklet, voice.model, wasm.code, wasm.loader].map((path) => ({
  name: basename(path),
  bytes: readFileSync(path),
}))

/** Under assets/ a name is kept for ever, so the folder's name carries the hash that the file names cannot. */
function voiceFolder(): string {
  const hash = createHash('sha256')
  for (const { name, bytes } of voiceFiles) hash.update(name).update(bytes)
  return `assets/voice-${hash.digest('hex').slice(0, 8)}/`
}

const emitVoice: Plugin = {
  name: 'heed-voice',
  apply: 'build',
  generateBundle() {
    for (const { name, bytes } of voiceFiles)
      this.emitFile({ type: 'asset', fileName: voiceFolder() + name, source: bytes })
  },
}

/** Puts a smaller file beside every asset, for runtime/http/editor-files.ts to send: 18 MB become 6. */
const shrink: Plugin = {
  name: 'heed-shrink',
  apply: 'build',
  writeBundle({ dir = '' }, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!name.startsWith('assets/')) continue
      writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name))))
    }
  },
}

/** What the page of a shared link knows of node types: it asks no server, so they are built in. */
const nodeTypes: Plugin = {
  name: 'heed-node-types',
  resolveId: (id) => (id === 'virtual:node-types' ? `\0${id}` : undefined),
  async load(id) {
    if (id !== '\0virtual:node-types') return undefined
    // Not bundled into this configuration: node packages are found beside the files that look for them.
    const take = async <T>(path: string): Promise<T> => (await import(join(import.meta.dirname, path))) as T
    const { loadCatalogue } = await take<typeof catalogue>('runtime/catalogue.ts')
    const { loadConnectionKinds } = await take<typeof kinds>('runtime/connections/kinds.ts')
    const { describeNode } = await take<typeof described>('runtime/flows/node-type-routes.ts')
    const { programAbilities } = await take<typeof connections>('nodes/contract/connections.ts')
    const types = [...(await loadCatalogue()).values()].map((definition) => {
      const { help: _forms, ...type } = describeNode(definition)
      return type
    })
    const mayRun = [...programAbilities(await loadConnectionKinds())]
    return `export const types = ${JSON.stringify(types)}\nexport const mayRun = ${JSON.stringify(mayRun)}`
  },
}

const served = (path: string): string => `/@fs/${dirname(path).replaceAll('\\', '/').replace(/^\//, '')}/`

export default defineConfig(({ command }) => ({
  root: 'editor',
  plugins: [react(), emitVoice, nodeTypes, shrink],
  define: {
    'import.meta.env.VOICE_FILES': JSON.stringify(command === 'build' ? `/${voiceFolder()}` : served(voice.model)),
    'import.meta.env.VOICE_WASM': JSON.stringify(command === 'build' ? `/${voiceFolder()}` : served(wasm.code)),
  },
  // The detector's library names the whole of onnxruntime-web for a class that is not used here; its WebAssembly part does.
  resolve: { alias: [{ find: /^onnxruntime-web$/, replacement: 'onnxruntime-web/wasm' }] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 900,
    // Schemas only describe: a module of the contract that no page asks for anything is left out, and zod with the last of them.
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: /[\\/]nodes[\\/]contract[\\/]/, sideEffects: false }] },
    },
  },
  server: {
    host: '127.0.0.1',
    port: Number(process.env['HEED_EDITOR_PORT'] ?? 5173),
    proxy: { '^/(api/|metrics$)': { target: server, ws: true, changeOrigin: false } },
  },
}))
