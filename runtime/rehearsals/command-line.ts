// What `heed rehearse` is told and what it says: its arguments, a table for a person, one JUnit file for all flows. Pure.
import { parseArgs } from 'node:util'
import type { Check, RehearsalView } from './records.ts'

export interface RehearseArguments {
  /** Files, ids or names. */
  flows: string[]
  clips: string[]
  connection: string | undefined
  askAgents: boolean
  /** Of a Heed that runs; one of its own without it. */
  url: string | undefined
  token: string | undefined
  /** Files to write. */
  junit: string | undefined
  json: string | undefined
}

export interface Rehearsed {
  flow: string
  view: RehearsalView
  junit: string
}

export const usage = `heed rehearse FLOW… [--clips CLIP…] [--connection NAME] [--ask-agents] [--junit FILE] [--json FILE] [--url URL --token TOKEN]

FLOW    a file that Heed has exported, or the id or the name of a flow of the Heed at --url
--clips what to run it over; the clips of the flow's own tests without it
--url   a Heed that runs (HEED_URL, with HEED_TOKEN); without it one is started for this and removed again`

/** The arguments, or in a sentence what is wrong with them. */
export function readArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RehearseArguments | string {
  let parsed
  try {
    parsed = parseArgs({
      args: spread(argv),
      allowPositionals: true,
      options: {
        clips: { type: 'string', multiple: true },
        connection: { type: 'string' },
        'ask-agents': { type: 'boolean' },
        junit: { type: 'string' },
        json: { type: 'string' },
        url: { type: 'string' },
        token: { type: 'string' },
      },
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const { values, positionals } = parsed
  if (positionals.length === 0) return 'Say which flow to rehearse.'
  const url = values.url ?? env['HEED_URL']
  if (url !== undefined && (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)))
    return `"${url}" is not an address such as http://localhost:8700.`
  return {
    flows: positionals,
    clips: values.clips ?? [],
    connection: values.connection,
    askAgents: values['ask-agents'] ?? false,
    url,
    token: values.token ?? env['HEED_TOKEN'],
    junit: values.junit,
    json: values.json,
  }
}

/** `--clips a b` as `--clips a --clips b`: what follows belongs to it, up to the next option. */
function spread(argv: readonly string[]): string[] {
  const args: string[] = []
  let isOfClips = false
  for (const word of argv) {
    if (word.startsWith('-')) isOfClips = word === '--clips'
    else if (isOfClips) {
      args.push('--clips', word)
      continue
    }
    if (word !== '--clips') args.push(word)
  }
  return args
}

/** A line for each check of each clip, and one that counts. */
export function tableOf({ flow, view }: Pick<Rehearsed, 'flow' | 'view'>): string {
  const { hits, misses, falseAlarms, medianDelayS } = view.summary
  const clips = view.clips.flatMap(({ clip, trouble, captured = [], checks = [] }) => [
    `  ${clip}${trouble ? `: ${trouble}` : ''}`,
    ...captured.map(
      ({ mediaTimeS, node, channel, text }) => `    ${mediaTimeS.toFixed(1)} s  ${channel ?? node}: ${text}`,
    ),
    ...checks.map(wordsOf),
  ])
  const delay = medianDelayS === null ? '' : `, median delay ${medianDelayS.toFixed(1)} s`
  const end = view.state === 'finished' ? '' : ` (${view.state}${view.reason === null ? '' : `: ${view.reason}`})`
  return [`${flow}${end}`, ...clips, `  ${hits} hits, ${misses} misses, ${falseAlarms} false alarms${delay}`].join('\n')
}

/** Every test passed, and every clip was seen to its end by a model that answered: where none did, silence proves nothing. */
export function hasPassed({ clips, state, summary }: RehearsalView): boolean {
  return (
    state === 'finished' &&
    summary.misses === 0 &&
    summary.falseAlarms === 0 &&
    clips.every(({ trouble = null }) => trouble === null)
  )
}

function wordsOf({ kind, passed, delayS }: Check): string {
  if (kind === 'never') return passed ? '    silent, as asked' : '    FALSE ALARM'
  if (!passed) return '    MISS'
  return typeof delayS === 'number' ? `    hit after ${delayS.toFixed(1)} s` : '    hit'
}

/** The suites of all flows in one document. */
export function joinSuites(done: readonly Pick<Rehearsed, 'junit'>[]): string {
  const suites = done.map(({ junit }) => /<testsuites[^>]*>([^]*)<\/testsuites>/.exec(junit)?.[1]?.trim() ?? '')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`
}
