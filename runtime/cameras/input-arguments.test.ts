// What ffmpeg is told about its input: nothing of a flow stands anywhere but behind -i.
import { describe, expect, it } from 'vitest'
import { inputArguments, inputList, lookArguments, type Input } from './input-arguments.ts'

const marker = 'MARK'
function input(kind: Input['kind'], source: string, change: Partial<Input> = {}): Input {
  return {
    kind,
    source,
    name: 'camera',
    live: kind !== 'file',
    loop: false,
    startAtS: 0,
    transport: 'tcp',
    key: 'x',
    ...change,
  }
}
const ways = { rtspTimeout: '-timeout', tellsOptions: true } as const
const reading = { decode: 'keyframes', stampOnArrival: true, pace: true } as const
const inputs: Input[] = [
  input('file', `/media/${marker}.mp4`, { loop: true }),
  input('rtsp', `rtsp://${marker}/`),
  input('rtsp', `rtsps://${marker}/`, { transport: 'udp' }),
  ...['http', 'https', 'rtmp', 'rtmps', 'srt', 'rtsp'].map((scheme) => input('url', `${scheme}://${marker}/`)),
  input('device', '/dev/video0'),
  input('browser', ''),
]

function valueOf(args: string[], option: string): string | undefined {
  return args.includes(option) ? args[args.indexOf(option) + 1] : undefined
}

describe('inputArguments', () => {
  it('puts the camera behind -i and nowhere else, and -i last', () => {
    for (const one of inputs) {
      for (const args of [inputArguments(one, ways, reading), lookArguments(one, ways)]) {
        expect(args.at(-2)).toBe('-i')
        expect(args.slice(0, -1).join(' ')).not.toContain(marker)
      }
    }
  })

  it('lets nothing from the network near files, scripts or pipes', () => {
    for (const one of inputs.filter(({ kind }) => kind === 'rtsp' || kind === 'url')) {
      const args = inputArguments(one, ways, reading)
      const protocols = valueOf(args, '-protocol_whitelist')!.split(',')
      const isListed = inputList(one, ways) !== undefined
      for (const bad of [
        'file',
        'concat',
        'data',
        ...(isListed ? [] : ['pipe']),
        'subfile',
        'unix',
        'async',
        'cache',
        'ftp',
        'ipfs',
      ])
        expect(protocols).not.toContain(bad)
      const formats = isListed ? /^concat$/ : /^(?!.*(?:concat|image2|lavfi))/
      expect(valueOf(args, '-format_whitelist')).toMatch(formats)
    }
  })

  it.each([true, false])('hands an address with a password over on stdin (options in a list: %s)', (tellsOptions) => {
    const tools = { ...ways, tellsOptions }
    for (const source of [`rtmp://a:${marker}@h/live/${marker}`, `srt://h:9?passphrase=${marker}'x`]) {
      const one = input('url', source, { rtmpUrl: 'rtmp://h:1935/live' })
      expect([...inputArguments(one, tools, reading), ...lookArguments(one, tools)].join(' ')).not.toContain(marker)
      const list = inputList(one, tools, reading)!.split('\n')
      expect(list[1]).toBe(`file '${source.replace("'", String.raw`'\''`)}'`)
      expect(list.slice(2).every((line) => line === '' || line.startsWith('option '))).toBe(true)
      expect(list.includes("option rw_timeout '90000000'")).toBe(tellsOptions)
      expect(list.join()).not.toMatch(/(?:format|protocol)_whitelist '[^']*(?:concat|pipe|hls|file)/)
    }
    for (const one of inputs.filter(({ source }) => !/^(?:rtmp|srt):/.test(source)))
      expect(inputList(one, tools)).toBe(undefined)
  })

  it('lets a clip open no other file', () => {
    const args = inputArguments(input('file', '/media/a.mp4'), ways, reading)
    expect(valueOf(args, '-protocol_whitelist')).toBe('file')
    expect(valueOf(args, '-format_whitelist')).not.toMatch(/hls|concat|dash|sdp|rtp|image2|lavfi|imf/)
    expect(args.at(-1)).toBe('file:/media/a.mp4')
  })

  it('paces, loops and enters clips only where asked', () => {
    const plain = inputArguments(input('file', '/a.mp4'), ways, { ...reading, pace: false })
    expect(plain).not.toContain('-re')
    expect(inputArguments(input('file', '/a.mp4', { startAtS: 7 }), ways, reading)).toEqual(
      expect.arrayContaining(['-re', '-ss', '7']),
    )
    expect(lookArguments(input('file', '/a.mp4', { startAtS: 7, loop: true }), ways)).not.toEqual(
      expect.arrayContaining(['-ss']),
    )
  })

  it('plays a loop as a list that opens its clip anew for each round, and nothing else', () => {
    const loop = input('file', "/media/o'clock.mp4", { loop: true, loopS: 1800 })
    expect(inputArguments(loop, ways, reading).at(-1)).toBe('pipe:0')
    const lines = inputList(loop, ways, reading)!.split('\n')
    expect([lines.length, new Set(lines).size]).toEqual([10, 6])
    expect(lines.slice(0, 5)).toEqual([
      'ffconcat version 1.0',
      String.raw`file 'file:/media/o'\''clock.mp4'`,
      "option protocol_whitelist 'file'",
      expect.not.stringMatching(/concat|hls|image2/),
      'duration 1800.000000',
    ])
    for (const [one, tools] of [
      [loop, { ...ways, tellsOptions: false }],
      [input('file', '/a\nfile b.mp4', { loop: true }), ways],
    ] as const) {
      expect(inputArguments(one, tools, reading)).toEqual(expect.arrayContaining([`file:${one.source}`]))
      expect(inputList(one, tools, reading)).toBe(undefined)
    }
  })

  it('names the socket timeout as this ffmpeg does', () => {
    expect(valueOf(inputArguments(inputs[1]!, { ...ways, rtspTimeout: '-stimeout' }, reading), '-stimeout')).toBe(
      '90000000',
    )
    expect(valueOf(inputArguments(inputs[2]!, ways, reading), '-rtsp_transport')).toBe('udp')
  })
})
