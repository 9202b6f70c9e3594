// Nodes of Heed that Node-RED has too, and how each is written there: only where it does the same. The other direction is
// translate.ts; each pair goes there and back unchanged.
import type { FlowNode } from '../contract/flow.ts'

export interface Counterpart {
  type: string
  config: Record<string, unknown>
  /** Heed's ports in the order of Node-RED's outputs. */
  outputs: string[]
}

type Config = Record<string, unknown>

const seconds = (ms: unknown): string => String(Number(ms) / 1000)
const isWhole = (ms: unknown): boolean => Number.isFinite(Number(ms)) && Number(ms) > 0

const counterparts: Record<string, (config: Config) => Counterpart | undefined> = {
  debug: ({ fields }) => ({
    type: 'debug',
    config: {
      active: true,
      tosidebar: true,
      console: false,
      tostatus: false,
      complete: fields === true ? 'true' : 'payload',
      targetType: fields === true ? 'full' : 'msg',
    },
    // Node-RED's has no way out.
    outputs: [],
  }),
  template: ({ text, timeZone }) => templateOf(String(text ?? '{{text}}'), timeZone),
  timer: timerOf,
  cooldown: ({ quietMs, per, scope }) =>
    isWhole(quietMs) && per !== 'text' && scope !== 'all'
      ? {
          type: 'trigger',
          config: {
            op1: '',
            op2: '',
            op1type: 'pay',
            op2type: 'nul',
            duration: seconds(quietMs),
            extend: false,
            overrideDelay: false,
            units: 's',
            reset: '',
            bytopic: 'all',
            topic: 'topic',
            outputs: 1,
          },
          outputs: ['message'],
        }
      : undefined,
  filter: filterOf,
}

/** How a node is written in Node-RED's own terms; undefined when it has none that does the same. */
export function redCounterpart(node: Pick<FlowNode, 'id' | 'type' | 'config'>): Counterpart | undefined {
  return Object.hasOwn(counterparts, node.type) ? counterparts[node.type]?.(node.config) : undefined
}

function templateOf(text: string, timeZone: unknown): Counterpart | undefined {
  if (timeZone !== undefined && timeZone !== '') return undefined
  let isKnown = true
  const template = text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (_whole, name: string) => {
    const field = /^fields\.([A-Za-z0-9_-]{1,64})$/.exec(name)?.[1]
    if (name !== 'text' && field === undefined) isKnown = false
    // A field of that name would be the text over there.
    if (field === 'payload') isKnown = false
    return `{{{${field ?? 'payload'}}}}`
  })
  if (!isKnown) return undefined
  return {
    type: 'template',
    config: { field: 'payload', fieldType: 'msg', format: 'handlebars', syntax: 'mustache', template, output: 'str' },
    outputs: ['message'],
  }
}

function timerOf({ mode, everyMs, text, restarts }: Config): Counterpart | undefined {
  if (!isWhole(everyMs)) return undefined
  const words = typeof text === 'string' ? text : ''
  if (mode !== 'after') {
    return words === ''
      ? undefined
      : {
          type: 'inject',
          config: {
            props: [{ p: 'payload' }],
            repeat: seconds(everyMs),
            crontab: '',
            once: false,
            onceDelay: 0.1,
            topic: '',
            payload: words,
            payloadType: 'str',
          },
          outputs: ['message'],
        }
  }
  if (restarts === true)
    return {
      type: 'trigger',
      config: {
        op1: '',
        op2: words,
        op1type: 'nul',
        op2type: words === '' ? 'payl' : 'str',
        duration: seconds(everyMs),
        extend: true,
        overrideDelay: false,
        units: 's',
        reset: '',
        bytopic: 'all',
        topic: 'topic',
        outputs: 1,
      },
      outputs: ['message'],
    }
  return words === ''
    ? {
        type: 'delay',
        config: {
          pauseType: 'delay',
          timeout: seconds(everyMs),
          timeoutUnits: 'seconds',
          rate: '1',
          nbRateUnits: '1',
          rateUnits: 'second',
          drop: false,
          outputs: 1,
        },
        outputs: ['message'],
      }
    : undefined
}

function filterOf({ mode, pattern, caseSensitive, field }: Config): Counterpart | undefined {
  const property = typeof field === 'string' && field !== '' ? field : 'payload'
  if (property === 'payload' && field === 'payload') return undefined
  if (mode === 'changed' && caseSensitive === true)
    return {
      type: 'rbe',
      config: { func: 'rbe', gap: '', start: '', inout: 'out', septopics: false, property, topi: 'topic' },
      outputs: ['message'],
    }
  if (mode !== 'pattern' || typeof pattern !== 'string' || pattern === '') return undefined
  // What only RE2 reads is no pattern there.
  if (/\(\?[^:]|\\[pPzAQE]|\[\[:/.test(pattern)) return undefined
  return {
    type: 'switch',
    config: {
      property,
      propertyType: 'msg',
      rules: [{ t: 'regex', v: pattern, vt: 'str', case: caseSensitive !== true }, { t: 'else' }],
      checkall: 'false',
      repair: false,
      outputs: 2,
    },
    outputs: ['message', 'rest'],
  }
}
