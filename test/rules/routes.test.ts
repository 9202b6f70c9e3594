// Every route says what it answers, by a schema; and whoever names a route that is gone is told.
import { expect, it } from 'vitest'
import { createApp } from '../../runtime/http/app.ts'
import { routeAnswers } from '../../runtime/http/route-answers.ts'
import { routeBodies } from '../../runtime/http/route-bodies.ts'
import { memoryApi } from '../support/memory-api.ts'
import { isSource, listFiles, read } from './files.ts'

interface Layer {
  route?: { path: string; methods: Record<string, boolean> }
  handle?: { stack?: Layer[] }
}

/** As Express knows them, so that no way of registering one is missed. */
function routesOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => [
    ...(route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : []),
    ...routesOf(handle?.stack ?? []),
  ])
}

it('describes what each route answers, and no route that is not there', () => {
  const api = createApp(memoryApi())
  const routes = routesOf((api.app as unknown as { router: { stack: Layer[] } }).router.stack)
  api.close()
  const served = routes.filter((route) => route !== 'GET /metrics')
  expect(
    [...served].sort(),
    "a route's answer stands in its folder's route-answers.ts, joined in runtime/http",
  ).toEqual(Object.keys(routeAnswers).sort())
})

it('gives the editor no shape of an answer but the schemas', () => {
  const files = listFiles().filter(
    (file) => isSource(file) && /^editor\/(.*\/)?(api|views|template-views)\.ts$/.test(file),
  )
  const own = files.flatMap((file) =>
    [...read(file).matchAll(/^export interface (\w+)/gm)].map(([, name]) => `${file}: ${name}`),
  )
  expect(own).toEqual(['editor/api.ts: EventQuery'])
  expect(read('editor/api.ts')).not.toMatch(/JSON\.parse\([^)]*\) as (?!unknown|UploadedMedia|\{ error)/)
})

it('reads each body by a schema that the editor takes its type from', () => {
  const folders = listFiles().filter((file) => /^runtime\/[\w-]+\/(?:[\w-]+-)?routes\.ts$/.test(file))
  const own = folders.flatMap((file) => {
    const text = read(file)
    const read_ = [...text.matchAll(/parse(?:Body|Input)\(\s*(\w+)[^)]*\bbody\b/gi)].map(([, schema = '']) => schema)
    return read_
      .filter((schema) => new RegExp(`^const ${schema}\\b`, 'm').test(text))
      .map((schema) => `${file}: ${schema}`)
  })
  expect(own, "a route's body stands in its folder's route-bodies.ts, joined in runtime/http").toEqual([])
  expect(Object.keys(routeBodies).length).toBeGreaterThan(40)
  expect(read('editor/api.ts')).not.toMatch(/body: [^,}]* as /)
})
