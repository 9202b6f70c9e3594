// Serves the built editor and answers every page address with its one page. Must never answer for /api.
import { existsSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import express from 'express'
import type { Express, RequestHandler } from 'express'
import { NotFoundError, RetryableError } from '../../nodes/contract/errors.ts'

const immutable = 'public, max-age=31536000, immutable'

function cacheFor(file: string): string {
  return file.includes(`${sep}assets${sep}`) ? immutable : 'no-cache'
}

/** Answers with the smaller file that the build has put beside an asset. gzip, since browsers take others over https only. */
function preferSmaller(files: RequestHandler): RequestHandler {
  return (request, response, next) => {
    response.vary('Accept-Encoding')
    if (request.acceptsEncodings('gzip') !== 'gzip') return next()
    const asked = request.url
    request.url = asked.replace(/(?=\?|$)/, '.gz')
    void files(request, response, (error?: unknown) => {
      request.url = asked
      next(error)
    })
  }
}

/** Files under `assets/` carry a hash in their name and are kept for ever; all others are asked for again. */
export function addEditorFiles(app: Express, editorDir: string): void {
  const page = join(editorDir, 'index.html')
  const files = express.static(editorDir, {
    index: false,
    redirect: false,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (response, file) => {
      response.setHeader('Cache-Control', cacheFor(file))
      if (!file.endsWith('.gz')) return
      response.type(extname(file.slice(0, -'.gz'.length)))
      response.setHeader('Content-Encoding', 'gzip')
    },
  })
  const smaller = preferSmaller(files)
  app.use((request, response, next) => {
    request.path.startsWith('/assets/') ? void smaller(request, response, next) : next()
  })
  app.use(files)
  app.use((request, response, next) => {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || /\.[^/]*$/.test(request.path)) {
      return next(new NotFoundError('HTTP_NOT_FOUND', `There is nothing at ${request.path}.`))
    }
    if (!existsSync(page)) {
      return next(
        new RetryableError(
          'EDITOR_NOT_BUILT',
          'The editor is not built yet. Start Heed with npm start, which builds it, or use npm run dev.',
        ),
      )
    }
    response.sendFile(
      'index.html',
      { root: editorDir, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } },
      (error) => {
        if (error) next(error)
      },
    )
  })
}
