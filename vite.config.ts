// Builds the editor into editor/dist; in development serves it and hands /api on to a running Heed.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = `http://127.0.0.1:${process.env['HEED_PORT'] ?? '1890'}`

export default defineConfig({
  root: 'editor',
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 900 },
  server: {
    host: '127.0.0.1',
    port: Number(process.env['HEED_EDITOR_PORT'] ?? 5173),
    proxy: { '^/(api/|metrics$)': { target: server, ws: true, changeOrigin: false } },
  },
})
