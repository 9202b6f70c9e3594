// An organisation's templates: a JSON index at HEED_TEMPLATE_INDEX, read through the door out, bounded and kept for a while.
// Never lets a list wait for it, and never lets a broken index hide anything else.
import type { Clock, HttpPort, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { readTemplate, type Template } from './template.ts'
import { within } from '../time-limit.ts'

const freshMs = 10 * 60_000
/** After a failure it is asked again sooner. */
const againMs = 60_000
const maxIndexBytes = 4 * 1024 * 1024
const maxFileBytes = 256 * 1024
const mostTemplates = 200
const mostAddresses = 50
const timeoutMs = 10_000
/** The first list waits this long, so that it is usually whole; every later one not at all. */
const firstWaitMs = 1_500

export interface OrganisationIndex {
  /** What is known now; asks again behind the caller's back when that is old. `trouble`: one sentence for the gallery. */
  read(): Promise<{ templates: Template[]; trouble: string | null }>
}

export interface IndexDeps {
  url: string
  http: HttpPort
  clock: Clock
  log: Log
  /** Its address was named by whoever runs this server: its host may lie in an own network. */
  trust(url: string): void
}

/** Without an index: nothing, and no trouble. */
export const noIndex: OrganisationIndex = { read: () => Promise.resolve({ templates: [], trouble: null }) }

export function createOrganisationIndex(deps: IndexDeps): OrganisationIndex {
  const known: { templates: Template[]; trouble: string | null; dueMs: number } = {
    templates: [],
    trouble: null,
    dueMs: 0,
  }
  let reading: Promise<void> | undefined
  const refresh = async (): Promise<void> => {
    try {
      const { templates, left } = await readIndex(deps)
      const some =
        left.length === 0 ? null : `${sentence(deps.url)} offers ${left.length} that cannot be used. ${left[0] ?? ''}`
      Object.assign(known, { templates, trouble: some, dueMs: deps.clock.nowMs() + freshMs })
    } catch (thrown) {
      const { message } = toError(thrown)
      deps.log.warn({ err: thrown }, 'the index of templates cannot be read')
      Object.assign(known, {
        trouble: `${sentence(deps.url)} cannot be read just now${known.templates.length > 0 ? '; what it offered before is shown' : ''}. ${message}`,
        dueMs: deps.clock.nowMs() + againMs,
      })
    }
  }
  return {
    read: async () => {
      const isFirst = known.dueMs === 0
      if (deps.clock.nowMs() >= known.dueMs)
        reading ??= refresh().finally(() => {
          reading = undefined
        })
      if (isFirst && reading) {
        await within(reading, { ms: firstWaitMs, clock: deps.clock }, () => undefined)
      }
      return { templates: known.templates, trouble: known.trouble }
    },
  }
}

function sentence(url: string): string {
  return `Your organisation's list of templates at ${new URL(url).host}`
}

/** The index is a list, or `{"templates": […]}`: each a template, or the address of one, relative to the index. */
async function readIndex(deps: IndexDeps): Promise<{ templates: Template[]; left: string[] }> {
  const index = await readJson(deps, deps.url, maxIndexBytes)
  const listed = Array.isArray(index) ? (index as unknown[]) : (index as { templates?: unknown } | null)?.templates
  if (!Array.isArray(listed))
    throw new Error('It must be a list of templates, or an object with one under "templates".')
  const addresses = listed.filter((entry) => addressOf(entry) !== undefined)
  if (listed.length > mostTemplates || addresses.length > mostAddresses)
    throw new Error(`It lists too much: at most ${mostTemplates} templates, ${mostAddresses} of them by address.`)
  const left: string[] = []
  const templates: Template[] = []
  for (const entry of listed as unknown[]) {
    const address = addressOf(entry)
    const read =
      address === undefined
        ? readTemplate(entry)
        : await readJson(deps, new URL(address, deps.url).href, maxFileBytes).then(readTemplate, (thrown: unknown) => ({
            trouble: toError(thrown).message,
          }))
    if ('template' in read) templates.push(read.template)
    else left.push(read.trouble)
  }
  return { templates, left }
}

function addressOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  const { url, flow } = (typeof entry === 'object' && entry !== null ? entry : {}) as { url?: unknown; flow?: unknown }
  return typeof url === 'string' && flow === undefined ? url : undefined
}

async function readJson({ http, trust, url: home }: IndexDeps, url: string, maxBytes: number): Promise<unknown> {
  // What the index names is not what the owner of this server named: only the index's own host may lie in an own network.
  if (new URL(url).host === new URL(home).host) trust(url)
  const { status, text } = await http.request({ method: 'GET', url, timeoutMs, maxBytes }, new AbortController().signal)
  if (status !== 200) throw new Error(`${new URL(url).host} answered ${status}.`)
  if (Buffer.byteLength(text) >= maxBytes) throw new Error(`It is larger than ${Math.round(maxBytes / 1024)} KiB.`)
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch {
    throw new Error('It is not JSON.')
  }
}
