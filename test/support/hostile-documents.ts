// Documents made to be slow or large for whoever reads them, by what they are: every kind that was once too much, and their kin.
const node = (config: unknown, at = 0, type = 'camera-source') => ({
  id: `n${at}`,
  type,
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
const settings = (count: number, value: unknown, name = 'key'): Record<string, unknown> =>
  Object.fromEntries(many(count, (at) => [`${name}${at}`, value]))
const wires = (from: string) => many(9_000, () => ({ from: { node: from, port: 'f' }, to: { node: 'n1', port: 'f' } }))
const host = (at: number): string => `10.0.${at >> 8}.${at & 255}:554`
const long = 1_900_000

export const hostileDocuments: Readonly<Record<string, unknown>> = {
  'addresses of a thousand secrets': addresses('token=a&', 'http://h/x?'),
  'addresses of nothing but slashes': addresses('/a'),
  'addresses of hooks': addresses('/hook/abc123defgh'),
  'addresses of @': addresses('@', 'rtsp://a:'),
  'addresses of @ with a letter': addresses('@a', 'rtsp://a:'),
  'addresses of @ and slashes': addresses('/@', 'rtsp://a:'),
  'addresses of what is no host': addresses('@-/', 'rtsp://a:'),
  'addresses of names without end': addresses(`@${'a'.repeat(250)}`, 'rtsp://a:'),
  'addresses for SRT': addresses('p=a,', 'srt://h:1?streamid=#!::'),
  'addresses for SRT, encoded': addresses('%2C', 'srt://h:1?streamid='),
  'addresses in addresses': addresses('?src=rtsp://a:b@c/', 'http://h/x'),
  '1,200 logins': flow(many(1200, (at) => node({ url: `rtsp://admin:p${at}#x/y@${host(at)}/s` }, at))),
  '1,200 marks': flow(many(1200, (at) => node({ url: `rtsp://***@${host(at)}/s` }, at))),
  '1,200 logins with blanks': flow(many(1200, (at) => node({ x: `see http://a b${fill('@c ', 1000)}` }, at))),
  '69,000 numbers': flow(many(10, (at) => node({ list: many(6_900, (n) => n) }, at))),
  '69,000 texts': flow(many(10, (at) => node({ list: many(6_900, (n) => `a${n % 10}`) }, at))),
  '9,900 settings': flow([node(settings(9_900, 'some text: a'))]),
  '69,000 settings': flow(many(10, (at) => node(settings(6_900, 'a: b'), at))),
  'as many settings, each of another name': flow(many(10, (at) => node(settings(6_900, 'a: b', `of${at}`), at))),
  'more of everything than fits': flow(
    many(2500, (at) => node(settings(60, 'a: b'), at)),
    { wires: wires('n0') },
  ),
  '9,000 wires': flow([node({}), node({}, 1)], { wires: wires('n0') }),
  '9,000 wires that are none': flow([node({}), node({}, 1)], { wires: wires('n 0') }),
  '2,500 cards of unknown types': flow(many(2500, (at) => node({}, at, `t${at}`))),
  '2,500 notifications': flow(
    many(2500, (at) => node({ channel: 'webhook', to: `a${at}@x.de`, connection: `c${at}` }, at, 'notification')),
  ),
  '2,500 cards with one server': flow(
    many(2500, (at) => ({
      ...node({ channel: 'mqtt', to: 'a/b', connection: 'home' }, at, 'notification'),
      name: `Card ${at}`,
    })),
  ),
  '2,500 models': flow(
    many(2500, (at) => node({ connection: `c${at}`, instruction: 'a: b' }, at, 'interaction-model')),
  ),
  'as much as fits of cards and wires': flow(
    many(1500, (at) => node({ channel: 'webhook', to: `a${at}@x.de`, connection: `c${at}` }, at, 'notification')),
    { wires: wires('n0') },
  ),
  'letters before a colon': flow([], { x: `${fill('a', long)}://` }),
  'one word said again and again': flow([], { x: fill('password: ', long) }),
  'backslashes and quotes': flow([], { x: fill('"\\', long / 2) }),
  'what looks like tokens': flow([], { x: fill('eyJaaaaaaaa.', long) }),
  'numbers in place of cards': flow(many(2500, (at) => at)),
  'lists without end': `{"x":${'['.repeat(100_000)}`,
  'a name that reaches into the program':
    '{"format":"heed.flow/1","name":"x","nodes":[],"wires":[],"__proto__":{"a":1}}',
  'half a character': String.raw`{"format":"heed.flow/1","name":"\ud800","nodes":[],"wires":[]}`,
  'a picture that is none': '\x89PNG\r\n\x1a\n',
}

/** As it is sent. */
export const bodyOf = (document: unknown): string =>
  typeof document === 'string' ? document : JSON.stringify(document)
