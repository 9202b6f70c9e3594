// Serves the built editor and answers every page address with its one page. Must never answer for /api.
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import express from 'express'
import type { Express } from 'express'
import { NotFoundError, RetryableError } from '../../nodes/contract/errors.ts'

const immutable = 'public, max-age=31536000, immutable'

function cacheFor(file: string): string {
  return file.includes(`${sep}assets${sep}`) ? immutable : 'no-cache'
}

/** Files under `assets/` carry a hash in their name and are kept for ever; all others are asked for again. */
export function addEditorFiles(app: Express, editorDir: string): void {
  const page = join(editorDir, 'index.html')
  app.use(express.static(editorDir, {
    index: false, redirect: false, cacheControl: false, dotfiles: 'ignore',
    setHeaders: (response, file) => { response.setHeader('Cache-Control', cacheFor(file)) },
  }))
  app.use((request, response, next) => {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || /\.[^/]*$/.test(request.path)) {
      return next(new NotFoundError('HTTP_NOT_FOUND', `There is nothing at ${request.path}.`))
    }
    if (!existsSync(page)) {
      return next(new RetryableError('EDITOR_NOT_BUILT', 'The editor is not built yet. Start Heed with npm start, which builds it, or use npm run dev.'))
    }
    response.sendFile('index.html', { root: editorDir, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } }, (error) => { if (error) next(error) })
  })
}
