// Nothing in the runtime or the editor asks for a node type or a kind of connection by its name: a definition says what it does.
import { expect, it } from 'vitest'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { connectionKinds } from '../support/connection-kinds.ts'
import { isSource, listFiles, read } from './files.ts'

/** Where such a word stands and means something else, or has to stand: each with its reason. */
const allowed: Record<string, { words: string[]; why: string }> = {
  'runtime/database/postgres-check.ts': { words: ['notification'], why: "an event of Postgres' client" },
  'runtime/queue/postgres-link.ts': { words: ['notification'], why: "an event of Postgres' client" },
  'runtime/cameras/burn-arguments.ts': { words: ['crop'], why: 'what a picture filter does' },
  'runtime/cameras/tools.ts': { words: ['crop'], why: 'a filter of ffmpeg' },
  'runtime/flows/route-bodies.ts': { words: ['crop'], why: 'what a picture filter does' },
  'editor/form/widgets/picture-to-draw-on.ts': { words: ['crop'], why: 'what a picture filter does' },
  'editor/form/widgets/RectangleWidget.tsx': { words: ['crop'], why: 'what a picture filter does' },
  'editor/graph/picture-area.ts': { words: ['crop'], why: 'a trait, and what a picture filter does' },
  'runtime/config.ts': { words: ['debug'], why: 'a level of the log' },
  'runtime/streams/inbox.ts': { words: ['memory'], why: 'a kind of port' },
  'runtime/streams/memory.ts': { words: ['memory'], why: "a field of a model's loan" },
  'runtime/packages/definition-rules.ts': { words: ['speech', 'mqtt'], why: 'what nodes may need' },
  'runtime/actions/perform.ts': { words: ['speech', 'mqtt'], why: 'what nodes may need' },
  'runtime/rehearsals/kept-back.ts': { words: ['speech'], why: 'what nodes may need' },
  'runtime/channels/mqtt.ts': { words: ['mqtt'], why: 'the client library, and the channel it carries' },
  'runtime/channels/web-push.ts': { words: ['web-push'], why: 'the client library' },
  'runtime/voices/flite-worker.ts': { words: ['flite'], why: 'the program' },
  'runtime/system/route-answers.ts': { words: ['speech'], why: 'a lane of actions' },
  'runtime/system/system.store.ts': { words: ['speech'], why: 'a lane of actions' },
  'runtime/queue/queue.ts': { words: ['speech'], why: 'a lane of actions' },
  'runtime/compose-queue.ts': { words: ['speech'], why: 'a lane of actions' },
  'runtime/live/route-answers.ts': { words: ['speech'], why: 'a message of the live feed' },
  'runtime/send-clients.ts': { words: ['speech'], why: 'a message of the live feed' },
  'editor/live-feed.ts': { words: ['speech'], why: 'a message of the live feed' },
  'editor/live.ts': { words: ['speech'], why: 'a message of the live feed' },
  'editor/words.ts': { words: ['speech'], why: 'what an action carries' },
  'editor/canvas/DeliveryLive.tsx': { words: ['speech'], why: 'what an action carries' },
  'editor/panels/SendTest.tsx': { words: ['web-push'], why: 'a channel of a notification' },
  'editor/canvas/NodeCard.tsx': { words: ['arm'], why: 'a trait' },
  'editor/watch/WatchPage.tsx': { words: ['arm'], why: 'a trait' },
  'editor/watch/Controls.tsx': { words: ['arm'], why: 'a trait' },
  'editor/form/widgets/VoiceWidget.tsx': {
    words: ['flite'],
    why: "the voice of a field that is still empty: the connection's name",
  },
  'runtime/templates/answers.ts': { words: ['webhook'], why: 'a channel of a notification' },
  'runtime/database/schema.ts': { words: ['template'], why: 'a column: a template that people use' },
  'runtime/database/event-tables.ts': { words: ['fields'], why: 'a column: what an event carries' },
  'runtime/history/events.store.ts': { words: ['fields'], why: 'a column: what an event carries' },
  'runtime/templates/organisation-index.ts': { words: ['template'], why: 'a template that people use' },
  'runtime/templates/own-templates.store.ts': { words: ['template'], why: 'a template that people use' },
  'runtime/templates/shelf.ts': { words: ['template'], why: 'a template that people use' },
  'editor/words/served.ts': { words: ['notification', 'memory'], why: 'kinds of events' },
  'runtime/flows/deployments.store.ts': { words: ['memory'], why: 'SQL that sees plans only, not the catalogue' },
}

it('asks for no node type and no kind of connection by its name', async () => {
  const names = [...(await loadCatalogue()).keys(), ...connectionKinds.keys()]
  // In quotes, or as one of several in a pattern.
  const quoted = new RegExp(`(?<![\\w-])'(${names.join('|')})'|(?<=[(|])(${names.join('|')})(?=\\|)`, 'g')
  const found = new Map<string, Set<string>>()
  const files = listFiles().filter((file) => isSource(file) && /^(runtime|editor)\//.test(file))
  for (const name of files) {
    if (name.startsWith('runtime/connections/kinds/') || /\.test\.tsx?$/.test(name)) continue
    const code = read(name)
      .split('\n')
      .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
    for (const [, word, inPattern = ''] of code.join('\n').matchAll(quoted))
      found.set(name, (found.get(name) ?? new Set()).add(word ?? inPattern))
  }
  const strays = [...found].flatMap(([name, words]) =>
    [...words].filter((word) => !allowed[name]?.words.includes(word)).map((word) => `${name} says '${word}'`),
  )
  expect(strays, 'ask for what it does (nodes/contract/define.ts) or can do (connections.ts)').toEqual([])
  const idle = Object.entries(allowed).flatMap(([name, { words }]) =>
    words.filter((word) => !found.get(name)?.has(word)).map((word) => `${name} no longer says '${word}'`),
  )
  expect(idle, 'exceptions that are no longer needed').toEqual([])
})
