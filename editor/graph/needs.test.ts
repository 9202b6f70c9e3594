import { describe, expect, it } from 'vitest'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { FlowNeeds, Problem } from '../views.ts'
import {
  cameraWords,
  cardsNaming,
  exportName,
  isNear,
  kindsWords,
  openNeeds,
  waitingOfProblem,
  waitingWords,
  waitsForSomebody,
} from './needs.ts'

const config = { url: 'https://example.org/hook', text: 'see http://example.org', to: ' ana@example.org ' }
const problem = (code: string, field: string): Problem => ({
  node: 'tell',
  port: null,
  field,
  code,
  message: '',
  severity: 'error',
})

describe('what a flow from somebody else wants', () => {
  it.each([
    ['192.168.1.20:9000', 'It wants to reach 192.168.1.20:9000, in your own network.'],
    ['example.org:443', 'It wants to send to example.org, on the internet. Pictures may go there.'],
    ['run helper', 'It wants to run a program on this machine, through the connection “helper”.'],
    ['to ana@example.org', 'It wants to write to ana@example.org. Pictures may go there.'],
  ])('%s: %s', (waiting, words) => expect(waitingWords(waiting)).toBe(words))

  it.each([
    'localhost:1',
    '127.0.0.1:80',
    '10.1.1.1:80',
    '172.16.0.1:80',
    '192.168.1.1:80',
    'nas:80',
    'nas.local:80',
    '[::1]:80',
    '[fd00::1]:80',
  ])('%s is near', (host) => expect(isNear(host)).toBe(true))
  it.each(['example.org:80', '172.32.0.1:80', '8.8.8.8:53', '[2001:db8::1]:80'])('%s is not', (host) =>
    expect(isNear(host)).toBe(false),
  )

  it('is allowed from the field that names it, and only what waits', () => {
    expect(
      waitingOfProblem(problem('HOST_NOT_APPROVED', 'url'), config, ['example.org:443', 'example.org:80']),
    ).toEqual(['example.org:443'])
    expect(waitingOfProblem(problem('HOST_NOT_APPROVED', 'url'), config, [])).toEqual([])
    expect(waitingOfProblem(problem('RECEIVER_NOT_APPROVED', 'to'), config, ['to ana@example.org'])).toEqual([
      'to ana@example.org',
    ])
    expect(
      waitingOfProblem(problem('COMMAND_NOT_APPROVED', 'connection'), { connection: 'helper' }, ['run helper']),
    ).toEqual(['run helper'])
    expect(
      waitingOfProblem(problem('COMMAND_NOT_APPROVED', 'connection'), { connection: 'helper' }, ['to helper']),
    ).toEqual([])
    expect(waitingOfProblem(problem('NODE_INPUT_MISSING', 'url'), config, ['example.org:443'])).toEqual([])
  })

  it('waits for somebody in every browser, but not for a card that is only not set up yet', () => {
    const needs = (requires: Partial<FlowNeeds['requires']>, unapprovedHosts: string[] = []): FlowNeeds => ({
      requires: { nodes: [], connections: [], hosts: [], commands: [], cameras: [], ...requires },
      unapprovedHosts,
    })
    expect(waitsForSomebody(needs({}, ['example.org:443']))).toBe(true)
    expect(waitsForSomebody(needs({ nodes: ['pager'] }))).toBe(true)
    expect(waitsForSomebody(needs({ connections: [{ name: 'gpu', kinds: ['vllm-omni'], nodes: ['model'] }] }))).toBe(
      true,
    )
    expect(
      waitsForSomebody(
        needs({ hosts: ['example.org:443'], cameras: [{ node: 'cam', name: 'Camera', reason: 'settings' }] }),
      ),
    ).toBe(false)
  })

  it('says which cards ask', () => {
    const flow = {
      nodes: [
        { id: 'tell', config },
        { id: 'cam', config: { url: 'rtsp://10.0.0.7' } },
        { id: 'ask', config: { connection: 'helper' } },
      ],
    } as unknown as Flow
    expect([
      cardsNaming(flow, 'example.org:443', ({ id }) => id),
      cardsNaming(flow, 'to ana@example.org', ({ id }) => id),
      cardsNaming(flow, 'other:1', ({ id }) => id),
      cardsNaming(flow, 'run helper', ({ id }) => id),
    ]).toEqual([['tell'], ['tell'], [], ['ask']])
  })

  it('counts each camera once', () => {
    const needs: FlowNeeds = {
      unapprovedHosts: ['a:1'],
      requires: {
        nodes: ['x'],
        connections: [],
        hosts: ['a:1'],
        commands: ['codex'],
        cameras: [{ node: 'cam', name: 'Cam', reason: 'clip' }],
      },
    }
    expect([openNeeds(needs, []), openNeeds(needs, ['cam', 'usb'])]).toEqual([3, 4])
  })

  it('speaks of cameras and kinds', () => {
    expect(cameraWords({ node: 'cam', name: 'Hall', reason: 'clip' })).toContain('“Hall”')
    expect([
      kindsWords(['smtp'], () => 'E-mail'),
      kindsWords(['smtp', 'ntfy', 'mqtt'], (kind) => kind),
      kindsWords([], String),
    ]).toEqual(['E-mail', 'smtp, ntfy or mqtt', 'a kind that is not known here'])
  })
})

it.each([
  ['Fall alert', 'Fall alert.heed.json'],
  ['a/b\\c: "d"\n', 'a b c d.heed.json'],
  ['..', 'Flow.heed.json'],
  ['看护', '看护.heed.json'],
])('%j is exported as %s', (name, file) => {
  expect(exportName(name)).toBe(file)
})
