// Documents made to be slow or to break the look at a flow before it is taken in: each kind is answered in words, and costs little.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'

let bench: ApiBench
beforeAll(async () => {
  const nodes = await loadCatalogue()
  bench = await startApi({ ...memoryApi(), nodes })
})
afterAll(() => bench.stop())

const node = (config: unknown, at = 0) => ({
  id: `n${at}`,
  type: 'camera-source',
  version: 1,
  position: { x: 0, y: 0 },
  config,
})
const flow = (nodes: unknown[], more: object = {}) => ({ format: 'heed.flow/1', name: 'x', nodes, wires: [], ...more })
const fill = (text: string, length: number): string => text.repeat(Math.floor(length / text.length))
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
/** As many long addresses as two megabytes hold. */
const addresses = (tail: string, head = 'http://h/x') =>
  flow(many(230, (at) => node({ url: head + fill(tail, 7900) }, at)))
const long = 1_900_000

const kinds: Record<string, unknown> = {
  'addresses of a thousand secrets': addresses('token=a&', 'http://h/x?'),
  'addresses of nothing but slashes': addresses('/a'),
  'addresses of hooks': addresses('/hook/abc123defgh'),
  'addresses of @': addresses('@', 'rtsp://a:'),
  'addresses of names without end': addresses(`@${'a'.repeat(250)}`, 'rtsp://a:'),
  'addresses for SRT': addresses('p=a,', 'srt://h:1?streamid=#!::'),
  'addresses for SRT, encoded': addresses('%2C', 'srt://h:1?streamid='),
  '1,500 logins': flow(
    many(1500, (at) => node({ url: `rtsp://admin:p${at}#x/y@10.0.${at >> 8}.${at & 255}:554/s` }, at)),
  ),
  'letters before a colon': flow([], { x: `${fill('a', long)}://` }),
  'one word said again and again': flow([], { x: fill('password: ', long) }),
  'backslashes and quotes': flow([], { x: fill('"\\', long / 2) }),
  'what looks like tokens': flow([], { x: fill('eyJaaaaaaaa.', long) }),
  'numbers in place of cards': flow(many(5000, (at) => at)),
  '5,000 cards of unknown types': flow(many(5000, (at) => ({ ...node({}, at), type: `t${at}` }))),
  'lists without end': `{"x":${'['.repeat(100_000)}`,
  'a name that reaches into the program':
    '{"format":"heed.flow/1","name":"x","nodes":[],"wires":[],"__proto__":{"a":1}}',
  'half a character': String.raw`{"format":"heed.flow/1","name":"\ud800","nodes":[],"wires":[]}`,
  'a picture that is none': '\x89PNG\r\n\x1a\n',
}

it.each(Object.entries(kinds))('%s', async (_kind, given) => {
  const body = typeof given === 'string' ? given : JSON.stringify(given)
  const before = process.cpuUsage()
  const answer = await bench.call<{ error?: { message: string } }>('POST', '/api/flows/import/look', {
    body,
  })
  const { user, system } = process.cpuUsage(before)
  expect(answer.status).toBeLessThan(500)
  if (answer.status !== 200) expect(answer.body.error?.message).toMatch(/^.{10,}\.$/s)
  // A machine that does much else counts double and more; what was slow once took seconds.
  expect((user + system) / 1000).toBeLessThan(1500)
})
